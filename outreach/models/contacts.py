"""Contacts: what a peer worker handed out to someone, and nothing about that someone."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random, SystemRandom
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from groups.models import Group, Membership, Person, Power
from hrplatform.discretion import EPOCH, ROUNDED_TO, rounded
from hrplatform.sealing import SealedTextField, SealingOwner
from outreach.models.catalogue import FALLBACK_LANGUAGE, Item, Kit, shown_name
from outreach.models.sites import Site
from outreach.models.totals import ItemTotal, Totals

# A night out belongs to the day it began on.
DAY_TURNS_AT = timedelta(hours=5)

MOST_OTHERS = 999
MOST_USED_RETURNED = 99_999
MOST_OF_AN_ITEM = 9_999


def outreach_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day a moment counts for in `zone`: 04:59 on the wall still belongs to the day before."""
    return (moment.astimezone(zone).replace(tzinfo=None) - DAY_TURNS_AT).date()


def new_contact_id(moment: datetime, random: Random | None = None) -> UUID:
    """A version 7 UUID (RFC 9562, 5.7): 48 bits of time in milliseconds, 74 random bits.

    The time in it is the rounded one. An id made by a library would carry the exact moment into the database.
    """
    milliseconds = (rounded(moment) - EPOCH) // timedelta(milliseconds=1)
    bits = milliseconds << 80 | (random or SystemRandom()).getrandbits(80)
    bits = bits & ~(0xF << 76) | 7 << 76
    bits = bits & ~(0b11 << 62) | 0b10 << 62
    return UUID(int=bits)


def is_contact_id(value: UUID) -> bool:
    """Whether this is a version 7 UUID whose time says no more than the half hour."""
    return value.version == 7 and (value.int >> 80) % (ROUNDED_TO // timedelta(milliseconds=1)) == 0


class ContactQuerySet(models.QuerySet["Contact"]):
    def on_day(self, group: Group, day: date) -> Self:
        return self.filter(group=group, local_day=day)

    def between(self, group: Group, first: date, last: date) -> Self:
        """Both days included."""
        return self.filter(group=group, local_day__range=(first, last))

    def of_worker(self, person: Person) -> Self:
        return self.filter(worker=person)

    def reported_to(self, membership: Membership) -> Self:
        """All of the group's contacts for those who see reports, their own for everyone else."""
        contacts = self.filter(group=membership.group)
        return contacts if membership.has_power(Power.SEE_REPORTS) else contacts.of_worker(membership.person)

    def newest_first(self, known: Sequence[str] = ()) -> Self:
        """By half hour, the newest first. Within one nobody knows, except for the ids in `known`, newest first."""
        if not known:
            return self.order_by("-at", "-pk")
        if not known:
            return self.order_by("-at", "-pk")
        rank = Case(*(When(pk=pk, then=Value(number)) for number, pk in enumerate(known)), default=Value(len(known)))
        return self.order_by(rank, "-at", "-pk")

    def with_lines(self, language: str) -> Self:
        lines = ContactLine.objects.named_in(language).select_related("kit")
        return self.select_related("site", "group").prefetch_related(models.Prefetch("lines", lines))

    def totals(self, language: str = FALLBACK_LANGUAGE) -> Totals:
        """What these contacts add up to: one query over contacts, one over their lines."""
        counts = self.order_by().aggregate(
            contacts=Count("pk"),
            people_reached=Sum(1 + F("others_reached"), default=0),
            used_returned=Sum("used_returned", default=0),
        )
        return Totals(**counts, items=ContactLine.objects.of(self).by_item(language))


class Contact(models.Model):
    """One meeting between a worker and someone, who is not named, coded or described.

    `id` is made where the contact is written down, so that sending it twice saves it once. `at` is rounded down to
    the half hour. `others_reached`: people for whom something was taken along (0 to 999). `used_returned`: syringes
    (0 to 99,999).
    """

    # Who leaves is taken off what they logged; the counts stay (groups/actions/words.py).
    writer_field = "worker"
    words_of_writer = ("note",)

    id = models.UUIDField(primary_key=True, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="contacts")
    # The database checks the site together with its group (migration 0002), which a plain key would not.
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts", db_constraint=False
    )
    worker = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("when"))
    local_day = models.DateField(_("day"))
    for_self = models.BooleanField(_("for themselves"), default=True)
    others_reached = models.PositiveSmallIntegerField(
        _("for others, about how many people"), default=0, validators=[MaxValueValidator(MOST_OTHERS)]
    )
    used_returned = models.PositiveIntegerField(
        _("used syringes returned"), default=0, validators=[MaxValueValidator(MOST_USED_RETURNED)]
    )
    note = SealedTextField(_("note"), blank=True, default="", max_length=1000)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [models.Index(fields=["group", "local_day"], name="contact_by_group_and_day")]
        constraints = [
            models.CheckConstraint(condition=Q(others_reached__lte=MOST_OTHERS), name="contact_others_possible"),
            models.CheckConstraint(condition=Q(used_returned__lte=MOST_USED_RETURNED), name="contact_used_possible"),
            models.CheckConstraint(condition=Q(at__minute__in=[0, 30], at__second=0), name="contact_time_is_rounded"),
        ]

    def __str__(self) -> str:
        return f"{self.local_day:%Y-%m-%d}"

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group


class ContactLineQuerySet(models.QuerySet["ContactLine"]):
    def of(self, contacts: ContactQuerySet) -> Self:
        return self.filter(contact__in=contacts.order_by().values("pk"))

    def named_in(self, language: str) -> Self:
        """In the order of the catalogue, each with its item's name."""
        named = self.annotate(item_name=shown_name(language, "item_id", "item__slug"))
        return named.order_by("item__position", "pk")

    def by_item(self, language: str = FALLBACK_LANGUAGE) -> list[ItemTotal]:
        rows = (
            self.order_by()
            .values("item_id", "item__category", "item__naloxone_route", "item__position")
            .annotate(
                name=shown_name(language, "item_id", "item__slug"),
                units=Sum("quantity"),
                syringes=Sum(F("quantity") * F("item__syringes_per_unit")),
                doses=Sum(F("quantity") * F("item__doses_per_unit")),
            )
            .order_by("item__position", "item_id")
        )
        return [
            ItemTotal(
                name=row["name"],
                category=row["item__category"],
                route=row["item__naloxone_route"],
                quantity=row["units"],
                syringes=row["syringes"],
                doses=row["doses"],
            )
            for row in rows
        ]

    def how_often_singly(self, group: Group, since: date) -> dict[int, int]:
        """By item: in how many contacts it was handed out by itself. What comes in a kit needs no stepper."""
        rows = self.filter(group=group, kit=None, contact__local_day__gte=since).values_list("item_id")
        return dict(rows.annotate(often=Count("pk")).values_list("item_id", "often"))


class ContactLine(models.Model):
    """So many of one item in one contact, by itself or as part of a kit."""

    # Whose data it is, its contact says (groups/own_data.py).
    part_of = "contact"

    # The database checks contact and kit together with the group (migration 0002).
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="lines", db_constraint=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    kit = models.ForeignKey(
        Kit, null=True, blank=True, on_delete=models.RESTRICT, related_name="+", db_constraint=False
    )
    quantity = models.PositiveIntegerField(_("how many"))

    objects = ContactLineQuerySet.as_manager()
    item_name: str

    class Meta:
        verbose_name = _("contact line")
        verbose_name_plural = _("contact lines")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "item", "kit"], nulls_distinct=False, name="contact_line_once_per_item_and_kit"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="contact_line_has_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.item_id}"
