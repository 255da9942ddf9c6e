"""Writing down what we do among ourselves, sharing it, and carrying on what others share."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from groups import access
from groups.actions.journal import record
from groups.entries import entry_id
from groups.models import Carrying, Group, Membership, Power, Practice, PracticeComment, SharedPractice
from groups.models.practices import Audience
from hrplatform.discretion import rounded


class NothingToShareWith(Exception):
    """The group is in no network, so there is none to share with."""


@transaction.atomic
def write_practice(*, by: Membership, entry: UUID, setting: str, **texts: str) -> Practice:
    """Write a practice down. `entry`: the number that the page made; the same one again writes nothing.

    `texts`: title and what; when, hard and changed as one likes.
    """
    facts = {"group": by.group, "written_by": by, "setting": setting, **texts}
    practice, is_new = Practice.objects.get_or_create(pk=entry_id(by, entry), defaults=facts)
    if is_new:
        record(by=by, group=by.group, verb="write_practice", on=practice)
    return practice


@transaction.atomic
def change_practice(*, by: Membership, practice: Practice, setting: str, **texts: str) -> Practice:
    """What others read of it stays as it was shared until it is shared again."""
    _require_own(by, practice)
    for name, value in {"setting": setting, **texts}.items():
        setattr(practice, name, value)
    practice.save()
    record(by=by, group=by.group, verb="change_practice", on=practice)
    return practice


@transaction.atomic
def remove_practice(*, by: Membership, practice: Practice) -> None:
    """Remove it, with its comments and with what others read of it. What others carry on stays with them."""
    _require_own(by, practice)
    if Practice.objects.select_for_update().filter(pk=practice.pk).exists():
        record(by=by, group=by.group, verb="remove_practice", on=practice)
        practice.delete()


def _require_own(by: Membership, practice: Practice) -> None:
    if not practice.may_be_changed_by(by):
        raise PermissionDenied(Power.COORDINATE)


@transaction.atomic
def comment_on_practice(*, by: Membership, practice: Practice, entry: UUID, words: str) -> PracticeComment:
    """Say something about a practice, inside the group. The same `entry` again writes nothing."""
    # Comments are numbered, so their writers take turns.
    Practice.objects.select_for_update().get(pk=practice.pk)
    newest = practice.comments.order_by("-number").values_list("number", flat=True).first()
    facts = {
        "group": by.group,
        "practice": practice,
        "written_by": by,
        "written_at": rounded(timezone.now()),
        "number": (newest or 0) + 1,
        "words": words,
    }
    comment, is_new = PracticeComment.objects.get_or_create(pk=entry_id(by, entry), defaults=facts)
    if is_new:
        record(by=by, group=by.group, verb="comment_on_practice", on=comment)
    return comment


@transaction.atomic
def share_practice(*, by: Membership, practice: Practice, audience: str, signed: bool) -> SharedPractice:
    """Let other groups read a practice, as it stands now; done again it brings the copy up to date.

    `signed`: with the group's name; else it comes from "a group". Raises NothingToShareWith.
    """
    access.require(by, Power.COORDINATE)
    if audience == Audience.NETWORK and by.group.network_id is None:
        raise NothingToShareWith
    Practice.objects.select_for_update().get(pk=practice.pk)
    carried = Carrying.objects.filter(practice=practice).first()
    facts: dict[str, Any] = {
        **practice.texts,
        "setting": practice.setting,
        "audience": audience,
        "network_id": by.group.network_id if audience == Audience.NETWORK else None,
        "signed_as": by.group.name if signed else "",
        "language": by.group.language,
        "shared_on": timezone.localdate(),
        "came_from_id": carried.shared_id if carried else None,
    }
    shared, _ = SharedPractice.objects.update_or_create(group=by.group, practice=practice, defaults=facts)
    record(by=by, group=by.group, verb="share_practice", on=shared)
    return shared


@transaction.atomic
def unshare_practice(*, by: Membership, practice: Practice) -> None:
    """Take back what others read. Groups that carry it on keep what they made of it; it leads nowhere any more."""
    access.require(by, Power.COORDINATE)
    for shared in SharedPractice.objects.select_for_update().filter(group=by.group, practice=practice):
        record(by=by, group=by.group, verb="unshare_practice", on=shared)
        shared.delete()


@transaction.atomic
def carry_on_practice(
    *, by: Membership, shared: SharedPractice, kind: str = Carrying.Kind.SAME, setting: str = "", **texts: str
) -> Practice:
    """Carry on what another group shares: as it is, or changed. Makes a practice of one's own, once.

    A group that carries it on already gets the practice it has. Raises PermissionDenied for what is one's own.
    """
    if shared.group_id == by.group_id:
        raise PermissionDenied
    # Two members pressing at once: the second waits here, and finds what the first has made.
    Group.objects.select_for_update(no_key=True).get(pk=by.group_id)
    present = Carrying.objects.filter(group=by.group, shared=shared).select_related("practice__group").first()
    if present is not None:
        return present.practice
    practice = Practice.objects.create(
        group=by.group,
        written_by=by,
        setting=setting or shared.setting,
        **(texts if kind == Carrying.Kind.CHANGED else shared.texts),
    )
    Carrying.objects.create(group=by.group, shared=shared, practice=practice, kind=kind, area=by.group.area.strip())
    record(by=by, group=by.group, verb="carry_on_practice", on=practice)
    return practice
