"""Meetings that come back: written out ahead, and changed from one of them on.

A change never reaches what happened. When meetings of the series lie before the change, the old series ends there and
a new one begins; when none does, the series itself changes. The next meeting stays the next one, with its agenda and
whoever's turn it is: meetings are moved in their order to the times of the new rule.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from groups import access
from groups.actions.cancelling import call_off, stop_rule
from groups.actions.groups import show_visitors
from groups.actions.journal import record
from groups.actions.reminders import drop_reminders, plan_reminders, tell_cancelled, tell_changed
from groups.actions.rota import assign_turns
from groups.models import Meeting, MeetingSeries, Membership, Power
from groups.recurrence import HORIZON, ended_by_day, expanded, first_from, occurrences, to_moment

FACTS = ("title", "place", "duration_minutes", "stipend")


class Scope(models.TextChoices):
    """How far a change reaches. What happened is never reached."""

    THIS = "this", "this one"
    FOLLOWING = "following", "this and following"
    ALL = "all", "all still to come"


def start_series(*, by: Membership, starts: datetime, recurrence: str, facts: Mapping[str, Any]) -> Meeting:
    """Begin a series and write it out. Returns its first meeting. Raises RuleRefused."""
    expanded(recurrence, starts)
    series = MeetingSeries.objects.create(
        group=by.group, first_local=starts.isoformat(timespec="minutes"), recurrence=recurrence, **facts
    )
    record(by=by, group=by.group, verb="schedule_meeting_series", on=series)
    show_visitors(by.group)
    return write_out_series(series=series, until=_horizon(series))[0]


def _horizon(series: MeetingSeries) -> datetime:
    return max(timezone.now(), to_moment(series.first, series.group.zone)) + HORIZON


@transaction.atomic
def write_out_series(*, series: MeetingSeries, until: datetime) -> list[Meeting]:
    """Make the meetings of a series up to `until` that are not there yet. Safe to run at any time, by anyone."""
    zone, now = series.group.zone, timezone.now()
    MeetingSeries.objects.select_for_update().get(pk=series.pk)
    known = set(Meeting.objects.filter(series=series).values_list("occurrence_local", flat=True))
    made = []
    for local in occurrences(series.recurrence, series.first, until=_local(until, series)):
        occurrence, starts_at = local.isoformat(timespec="minutes"), to_moment(local, zone)
        # What is past is never made up: it either happened and is here, or its time of being kept is over.
        if occurrence in known or starts_at < now:
            continue
        facts = {name: getattr(series, name) for name in FACTS}
        meeting = Meeting(group=series.group, series=series, occurrence_local=occurrence, starts_at=starts_at, **facts)
        meeting.save(force_insert=True)
        plan_reminders(meeting=meeting)
        made.append(meeting)
    return made


def _local(moment: datetime, series: MeetingSeries) -> datetime:
    return moment.astimezone(series.group.zone).replace(tzinfo=None)


@transaction.atomic
def extend_series(*, series: MeetingSeries) -> int:
    """What the clock does: write out up to the horizon, and close a series whose last time is over."""
    made = write_out_series(series=series, until=timezone.now() + HORIZON)
    if expanded(series.recurrence, series.first).after(_local(timezone.now(), series)) is None:
        series.ended_on = timezone.now().date()
        series.save(update_fields=["ended_on"])
    return len(made)


@transaction.atomic
def change_series(
    *,
    by: Membership,
    meeting: Meeting,
    scope: Scope,
    starts: datetime,
    recurrence: str,
    title: str,
    duration_minutes: int,
    place: str = "",
    stipend: Decimal | None = None,
) -> MeetingSeries:
    """Change this meeting and all that follow, or all of its series that are still to come.

    `starts`: the new wall-clock time of this meeting; the others move along. `recurrence`: the new rule. Meetings that
    were changed on their own keep what was said of them. Everyone is told once, of the first that moved.
    Raises RuleRefused.
    """
    access.require(by, Power.COORDINATE)
    assert meeting.series_id is not None
    series = MeetingSeries.objects.select_for_update(of=("self",)).select_related("group").get(pk=meeting.series_id)
    rows = _still_to_come(series, since=meeting if scope == Scope.FOLLOWING else None)
    if not rows:
        return series
    facts = {"title": title, "place": place, "duration_minutes": duration_minutes, "stipend": stipend}
    first = _first_time(rows[0], meeting, starts, recurrence)
    for row in rows:
        row.is_exception = row.is_exception and row.pk != meeting.pk
    changed = {**facts, "recurrence": recurrence, "first_local": first.isoformat(timespec="minutes")}
    if _is_same(series, rows[0], changed):
        return series
    target = _series_from(by, series, rows[0], changed)
    _move(by, rows, target)
    write_out_series(series=target, until=_horizon(target))
    assign_turns(group=by.group)
    return target


def _still_to_come(series: MeetingSeries, *, since: Meeting | None) -> list[Meeting]:
    """Those that a change reaches, called-off ones with them: the third stays the third."""
    rows = Meeting.objects.filter(series=series, starts_at__gt=timezone.now())
    if since is not None:
        rows = rows.filter(occurrence_local__gte=since.occurrence_local)
    return list(rows.select_for_update(of=("self",)).select_related("group").order_by("occurrence_local"))


def _first_time(first: Meeting, meeting: Meeting, starts: datetime, recurrence: str) -> datetime:
    """When the first of them is now: moved as far as the one that was edited, to a time that the rule has."""
    was = meeting.occurrence if meeting.is_exception else meeting.local
    moved = first.occurrence + (starts - was)
    now = timezone.now().astimezone(meeting.group.zone).replace(tzinfo=None)
    if moved <= now:
        moved = datetime.combine(now.date() + timedelta(days=1), moved.time())
    return first_from(recurrence, moved)


def _is_same(series: MeetingSeries, row: Meeting, changed: Mapping[str, Any]) -> bool:
    """Whether nothing changes. A number of times and the day that they lead to are the same end."""
    now = {name: getattr(series, name) for name in FACTS} | {"first_local": row.occurrence_local}
    return {**now, "recurrence": ended_by_day(series.recurrence, series.first)} == changed


def _series_from(by: Membership, series: MeetingSeries, row: Meeting, changed: Mapping[str, Any]) -> MeetingSeries:
    """The series that the changed meetings belong to from now on: this one, or a new one where some lie before."""
    if row.occurrence_local > series.first_local:
        stop_rule(series=series, before=row)
        target = MeetingSeries.objects.create(group=series.group, **changed)
    else:
        target = series
        for name, value in changed.items():
            setattr(target, name, value)
        target.sequence, target.changed_at = target.sequence + 1, timezone.now()
        target.save(update_fields=[*changed, "sequence", "changed_at"])
    record(by=by, group=series.group, verb="change_meeting_series", on=target)
    show_visitors(series.group)
    return target


def _move(by: Membership, rows: list[Meeting], target: MeetingSeries) -> None:
    """Give each meeting its time in the new rule, in their order. Where the rule has ended, the rest is called off."""
    Meeting.objects.filter(pk__in=[row.pk for row in rows]).update(series=None)
    times = list(islice(expanded(target.recurrence, target.first), len(rows)))
    told_of_move = False
    for row, local in zip(rows, times, strict=False):
        has_moved = _take_place(row, local, target)
        if has_moved and not row.is_cancelled:
            drop_reminders(meeting=row)
            plan_reminders(meeting=row)
            if not told_of_move:
                tell_changed(meeting=row, edition=row.sequence)
                told_of_move = True
    off = [row for row in rows[len(times) :] if not row.is_cancelled]
    for row in off:
        row.series = None
        call_off(by=by, meeting=row)
    if off:
        tell_cancelled(meeting=off[0])


def _take_place(row: Meeting, local: datetime, target: MeetingSeries) -> bool:
    """Make a meeting the one of this time in the series. Whether its time or place changed."""
    before = (row.starts_at, row.place)
    row.series, row.occurrence_local = target, local.isoformat(timespec="minutes")
    if not row.is_exception:
        row.starts_at = to_moment(local, target.group.zone)
        for name in FACTS:
            setattr(row, name, getattr(target, name))
    row.sequence, row.changed_at = row.sequence + 1, timezone.now()
    row.save(
        update_fields=["series", "occurrence_local", "starts_at", *FACTS, "is_exception", "sequence", "changed_at"]
    )
    return (row.starts_at, row.place) != before
