"""Scheduling meetings, and changing one. What repeats is in series.py."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from groups import access
from groups.actions.agenda import bring_waiting_items
from groups.actions.groups import show_visitors
from groups.actions.journal import record
from groups.actions.reminders import plan_reminders, tell_changed
from groups.actions.rota import assign_turns
from groups.actions.series import start_series
from groups.models import Group, Meeting, Membership, Power
from groups.recurrence import to_moment


class MeetingOver(Exception):
    """It happened, or it was called off: there is nothing to change any more."""


@transaction.atomic
def schedule_meeting(
    *,
    by: Membership,
    title: str,
    starts: datetime,
    duration_minutes: int = 90,
    place: str = "",
    repeats: str = "",
    stipend: Decimal | None = None,
) -> Meeting:
    """Schedule a meeting, or a series of which the first is returned, and plan everyone's reminders.

    `starts`: wall-clock time in the group's zone, without a zone of its own. `repeats`: an RFC 5545 rule, or empty.
    `stipend`: what each member who comes is paid. Raises RuleRefused. Scheduling the same again, as a double click
    does, returns what is there.
    """
    access.require(by, Power.COORDINATE)
    starts = starts.replace(second=0, microsecond=0)
    starts_at = to_moment(starts, by.group.zone)
    facts = {"title": title, "place": place, "duration_minutes": duration_minutes, "stipend": stipend}
    Group.objects.select_for_update(no_key=True).get(pk=by.group_id)
    there = _same_as(by, facts, starts_at, repeats)
    if there is not None:
        return there
    if repeats:
        meeting = start_series(by=by, starts=starts, recurrence=repeats, facts=facts)
    else:
        meeting = Meeting.objects.create(group=by.group, starts_at=starts_at, **facts)
        record(by=by, group=by.group, verb="schedule_meeting", on=meeting)
        plan_reminders(meeting=meeting)
    bring_waiting_items(meeting=meeting)
    assign_turns(group=by.group)
    return meeting


def _same_as(by: Membership, facts: dict[str, object], starts_at: datetime, repeats: str) -> Meeting | None:
    for meeting in by.group.meetings.going_ahead().filter(starts_at=starts_at).select_related("group", "series"):
        rule = meeting.series.recurrence if meeting.series else ""
        if rule == repeats and all(getattr(meeting, name) == value for name, value in facts.items()):
            return meeting
    return None


@transaction.atomic
def change_meeting(
    *,
    by: Membership,
    meeting: Meeting,
    title: str,
    starts: datetime,
    duration_minutes: int,
    place: str = "",
    stipend: Decimal | None = None,
) -> Meeting:
    """Change this one meeting; others of its series stay. Everyone is told once when time or place changed.

    Raises MeetingOver.
    """
    access.require(by, Power.COORDINATE)
    locked = Meeting.objects.select_for_update(of=("self",)).select_related("group").get(pk=meeting.pk)
    if not locked.may_be_changed:
        raise MeetingOver
    facts = {
        "title": title,
        "starts_at": to_moment(starts, by.group.zone),
        "duration_minutes": duration_minutes,
        "place": place,
        "stipend": stipend,
    }
    changed = {name for name, value in facts.items() if getattr(locked, name) != value}
    if not changed:
        return locked
    for name, value in facts.items():
        setattr(locked, name, value)
    locked.is_exception = locked.series_id is not None
    locked.sequence += 1
    locked.changed_at = timezone.now()
    locked.save(update_fields=[*facts, "is_exception", "sequence", "changed_at"])
    record(by=by, group=by.group, verb="change_meeting", on=locked)
    show_visitors(by.group)
    if changed & {"starts_at", "place"}:
        tell_changed(meeting=locked, edition=locked.sequence)
    return locked
