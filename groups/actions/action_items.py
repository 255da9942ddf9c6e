"""Action items: who does what by when. Each comes back to every agenda until it is done."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from groups.actions.journal import record
from groups.actions.reminders import tell
from groups.models import ActionItem, Meeting, Membership, Reminder
from groups.recurrence import to_moment


class TooManyActionItems(Exception):
    """Nobody could do them all."""


@transaction.atomic
def add_action_item(
    *, by: Membership, meeting: Meeting, what: str, member: Membership | None = None, due_on: date | None = None
) -> ActionItem:
    """Any member writes down what someone will do. The same again, as a double click sends it, is there once.

    Raises TooManyActionItems.
    """
    locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
    there = list(ActionItem.objects.filter(meeting=locked).with_people().select_related("group"))
    for item in there:
        if (item.what, item.membership, item.due_on) == (what, member, due_on):
            return item
    if len(there) >= ActionItem.MOST_IN_A_MEETING:
        raise TooManyActionItems
    item = ActionItem.objects.create(group=by.group, meeting=locked, what=what, membership=member, due_on=due_on)
    record(by=by, group=by.group, verb="add_action_item", on=item)
    _remind(item)
    return item


@transaction.atomic
def change_action_item(
    *, by: Membership, item: ActionItem, what: str, member: Membership | None, due_on: date | None
) -> ActionItem:
    """Say it better, give it to someone else, set another day."""
    locked = _locked(item)
    if (locked.what, locked.membership, locked.due_on) == (what, member, due_on):
        return locked
    locked.what, locked.membership, locked.due_on = what, member, due_on
    locked.save(update_fields=["what", "membership", "due_on"])
    record(by=by, group=by.group, verb="change_action_item", on=locked)
    _remind(locked)
    return locked


@transaction.atomic
def finish_action_item(*, by: Membership, item: ActionItem) -> None:
    """It is done: it comes to no agenda any more, and nobody is reminded."""
    locked = _locked(item)
    if locked.is_done:
        return
    locked.done_at = timezone.now()
    locked.save(update_fields=["done_at"])
    _forget(locked)
    record(by=by, group=by.group, verb="finish_action_item", on=locked)


@transaction.atomic
def reopen_action_item(*, by: Membership, item: ActionItem) -> None:
    locked = _locked(item)
    if not locked.is_done:
        return
    locked.done_at = None
    locked.save(update_fields=["done_at"])
    _remind(locked)
    record(by=by, group=by.group, verb="reopen_action_item", on=locked)


def _locked(item: ActionItem) -> ActionItem:
    rows = ActionItem.objects.select_for_update(of=("self",)).select_related("group", "membership__person")
    return rows.get(pk=item.pk)


def _forget(item: ActionItem) -> None:
    Reminder.objects.waiting().filter(
        group=item.group, occasion=Reminder.Occasion.ACTION_ITEM_DUE, occasion_id=item.pk
    ).delete()


def _remind(item: ActionItem) -> None:
    """Tell whoever took it on, the day before at ten in the morning on the group's clocks. What is late already is
    on every agenda: nobody is chased.
    """
    _forget(item)
    if item.membership is None or item.due_on is None or item.is_done or item.membership.left_on:
        return
    zone = item.group.zone
    at = to_moment(datetime.combine(item.due_on, time(12)), zone)
    if at <= timezone.now():
        return
    tell(
        group=item.group,
        people=[item.membership.person],
        occasion=Reminder.Occasion.ACTION_ITEM_DUE,
        about=item.pk,
        at=at,
        due_at=to_moment(datetime.combine(item.due_on - timedelta(days=1), time(10)), zone),
        # Another day is another thing to tell.
        edition=item.due_on.toordinal(),
    )
