"""Logging a contact, and taking it back while the mistake is fresh."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from groups import access
from groups.actions.journal import record, record_all
from groups.models import Group, Membership, Power
from hrplatform.discretion import rounded
from outreach.models import Contact, ContactLine, Item, Kit, Site
from outreach.models.contacts import (
    MOST_OF_AN_ITEM,
    MOST_OTHERS,
    MOST_USED_RETURNED,
    is_contact_id,
    outreach_day,
)

OLDEST = timedelta(days=7)
# Phones' clocks are a little off.
CLOCK_GRACE = timedelta(minutes=2)
UNDO_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class ContactEntry:
    """One contact as it is written down. `lines`: items handed out singly; `kits`: how many of each kit."""

    id: UUID
    at: datetime
    site: Site | None = None
    for_self: bool = True
    others_reached: int = 0
    lines: Mapping[Item, int] = field(default_factory=dict)
    kits: Mapping[Kit, int] = field(default_factory=dict)
    used_returned: int = 0
    note: str = ""

    @property
    def counts_something(self) -> bool:
        return bool(self.others_reached or self.used_returned or any(self.lines.values()) or any(self.kits.values()))

    def check(self, group: Group) -> None:
        """Raises ValidationError for what no form of ours would send: foreign kits or sites, impossible numbers."""
        if not is_contact_id(self.id):
            raise ValidationError({"id": _("This contact came without a proper number of its own. Save it once more.")})
        groups = {kit.group_id for kit in self.kits} | ({self.site.group_id} if self.site else set())
        if groups - {group.pk}:
            raise ValidationError(_("This place or kit belongs to another group."))
        counts = [*self.lines.values(), *self.kits.values()]
        if (
            any(not 0 <= count <= MOST_OF_AN_ITEM for count in counts)
            or not 0 <= self.others_reached <= MOST_OTHERS
            or not 0 <= self.used_returned <= MOST_USED_RETURNED
        ):
            raise ValidationError(_("One of the numbers is too large or below zero."))

    def as_rows(self, by: Membership) -> tuple[Contact, list[ContactLine]]:
        at = rounded(self.at)
        contact = Contact(
            id=self.id,
            group=by.group,
            site=self.site,
            worker=by.person,
            at=at,
            local_day=outreach_day(at, by.group.zone),
            for_self=self.for_self,
            others_reached=self.others_reached,
            used_returned=self.used_returned,
            note=self.note,
        )
        lines = [
            ContactLine(contact=contact, group=by.group, item=item, quantity=quantity)
            for item, quantity in self.lines.items()
            if quantity
        ]
        lines += [
            ContactLine(contact=contact, group=by.group, item_id=line.item_id, kit=kit, quantity=number * line.quantity)
            for kit, number in self.kits.items()
            if number
            for line in kit.lines.all()
        ]
        return contact, lines


@transaction.atomic
def log_contact(
    *,
    by: Membership,
    id: UUID,  # noqa: A002 (what the contact itself calls it)
    at: datetime,
    site: Site | None = None,
    for_self: bool = True,
    others_reached: int = 0,
    lines: Mapping[Item, int] | None = None,
    kits: Mapping[Kit, int] | None = None,
    used_returned: int = 0,
    note: str = "",
    just_talked: bool = False,
) -> Contact:
    """Save one contact. The same `id` again by the same worker is the same contact: nothing is counted twice.

    `at` lies in the last seven days and not in the future, with two minutes' grace. A contact in which nothing is
    counted needs `just_talked`. Raises ValidationError, by field where there is one, and then nothing was saved.
    """
    access.require(by, Power.LOG_OUTREACH)
    entry = ContactEntry(id, at, site, for_self, others_reached, lines or {}, kits or {}, used_returned, note)
    entry.check(by.group)
    if already := _saved_before(by, id):
        return already
    if not timezone.now() - OLDEST <= at <= timezone.now() + CLOCK_GRACE:
        raise ValidationError({"at": _("This time is not within the last 7 days. It is now set to this moment.")})
    if not (entry.counts_something or just_talked):
        raise ValidationError(
            {"just_talked": _("Nothing is counted yet. If someone came by and took nothing, tick “Just talked”.")}
        )
    contact, rows = entry.as_rows(by)
    try:
        with transaction.atomic():
            contact.save(force_insert=True)
    except IntegrityError:
        # The other half of a double tap was first by a moment; or the number belongs to a contact we may not see.
        if already := _saved_before(by, id):
            return already
        raise ValidationError({"id": _taken()}) from None
    ContactLine.objects.bulk_create(rows)
    record(by=by, group=by.group, verb="log_contact", on=contact)
    return contact


def _saved_before(by: Membership, pk: UUID) -> Contact | None:
    contact = Contact.objects.filter(pk=pk).select_related("group").first()
    if contact and (contact.group_id, contact.worker_id) != (by.group_id, by.person_id):
        raise ValidationError({"id": _taken()})
    return contact


def _taken() -> str:
    return _("This contact's number is taken. Nothing was saved. It now has a new number: save it once more.")


@transaction.atomic
def log_past_contacts(*, by: Membership, entries: Iterable[ContactEntry]) -> int:
    """Save many contacts at once, of any age: the same rows as `log_contact`, in a few statements. Returns how many.

    All or none. Raises ValidationError, and IntegrityError when a number is taken.
    """
    access.require(by, Power.LOG_OUTREACH)
    contacts, rows = [], []
    for entry in entries:
        entry.check(by.group)
        contact, lines = entry.as_rows(by)
        contacts.append(contact)
        rows += lines
    Contact.objects.bulk_create(contacts, batch_size=1_000)
    ContactLine.objects.bulk_create(rows, batch_size=2_000)
    record_all(by=by, group=by.group, verb="log_contact", on=contacts)
    return len(contacts)


_signer = TimestampSigner(salt="outreach.undo_contact")


def undo_token(contact: Contact) -> str:
    """What the worker's own browser keeps for ten minutes, so that no exact time needs to be in the database."""
    return _signer.sign(str(contact.pk))


def undoable(token: str) -> str | None:
    """The id of the contact that this token can still take back."""
    try:
        return _signer.unsign(token, max_age=UNDO_WITHIN)
    except BadSignature:
        return None


@transaction.atomic
def undo_contact(*, by: Membership, contact: Contact, token: str) -> None:
    """Take a contact back: within ten minutes, by who logged it. Raises PermissionDenied or ValidationError."""
    access.require(by, Power.LOG_OUTREACH)
    if (contact.group_id, contact.worker_id) != (by.group_id, by.person_id):
        raise PermissionDenied
    if undoable(token) != str(contact.pk):
        raise ValidationError(_("More than ten minutes have passed. The contact stays as it was saved."))
    record(by=by, group=by.group, verb="undo_contact", on=contact)
    contact.delete()
