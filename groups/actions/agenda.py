"""The agenda: what any member adds, supports, and takes off again."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from groups.actions.journal import record
from groups.models import AgendaItem, AgendaSupport, Group, Meeting, Membership, Power


class AgendaFull(Exception):
    """More would not be talked about in one evening."""


@transaction.atomic
def add_agenda_item(*, by: Membership, meeting: Meeting, title: str, note: str = "") -> AgendaItem:
    """Any member may. The same words by the same member are there once: a double click adds nothing.

    Raises AgendaFull.
    """
    locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
    there = list(AgendaItem.objects.filter(meeting=locked).select_related("group"))
    for item in there:
        if item.added_by_id == by.pk and (item.title, item.note) == (title, note):
            return item
    if len(there) >= AgendaItem.MOST_IN_A_MEETING:
        raise AgendaFull
    item = AgendaItem.objects.create(group=by.group, meeting=locked, title=title, note=note, added_by=by)
    record(by=by, group=by.group, verb="add_agenda_item", on=item)
    return item


@transaction.atomic
def put_on_next_agenda(*, by: Membership | None, group: Group, title: str, origin: str, origin_id: UUID) -> AgendaItem:
    """Put something on the agenda of the group's next meeting; where none is planned it waits for one.

    Once for each origin: what already waits or stands on a coming agenda is returned as it is. `by=None`: the clock.
    """
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    coming = group.meetings.going_ahead().coming()
    for item in AgendaItem.objects.filter(group=group, origin_id=origin_id).select_related("meeting"):
        if item.meeting is None or not (item.meeting.is_past or item.meeting.is_cancelled):
            return item
    item = AgendaItem.objects.create(
        group=group, meeting=coming.first(), title=title, added_by=by, origin=origin, origin_id=origin_id
    )
    record(by=by, group=group, verb="add_agenda_item", on=item)
    return item


def bring_waiting_items(*, meeting: Meeting) -> None:
    """What waited for a meeting goes on the agenda of this one."""
    AgendaItem.objects.filter(group=meeting.group, meeting=None).update(meeting=meeting)


def move_to_next_agenda(*, meeting: Meeting) -> None:
    """A meeting is called off: what was to be talked about goes to the next one, or waits."""
    following = meeting.group.meetings.going_ahead().coming().exclude(pk=meeting.pk).first()
    for item in AgendaItem.objects.select_for_update().filter(meeting=meeting):
        again = item.origin_id and AgendaItem.objects.filter(meeting=following, origin_id=item.origin_id).exists()
        if again:
            item.delete()
        else:
            item.meeting = following
            item.save(update_fields=["meeting"])


def may_remove(by: Membership, item: AgendaItem) -> bool:
    """Whoever added it, until the meeting has begun; who coordinates, always."""
    if by.has_power(Power.COORDINATE):
        return True
    return item.added_by_id == by.pk and not (item.meeting and item.meeting.is_past)


@transaction.atomic
def remove_agenda_item(*, by: Membership, item: AgendaItem) -> None:
    """Take it off. Raises PermissionDenied."""
    if not may_remove(by, item):
        raise PermissionDenied
    locked = AgendaItem.objects.select_for_update().filter(pk=item.pk).first()
    if locked is None:
        return
    record(by=by, group=by.group, verb="remove_agenda_item", on=item)
    locked.delete()


@transaction.atomic
def support_agenda_item(*, by: Membership, item: AgendaItem) -> None:
    """Say that this should be talked about. Twice is once. Not journaled: the agenda itself shows the count."""
    AgendaSupport.objects.bulk_create([AgendaSupport(group=by.group, item=item, membership=by)], ignore_conflicts=True)


@transaction.atomic
def withdraw_support(*, by: Membership, item: AgendaItem) -> None:
    AgendaSupport.objects.filter(item=item, membership=by).delete()
