"""Scheduling meetings: wall-clock time in the group's zone, one-off or weekly."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.db import transaction
from django.utils import timezone

from groups import access
from groups.actions.journal import record
from groups.actions.reminders import drop_reminders, plan_reminders, tell_cancelled
from groups.models import Meeting, MeetingSeries, Membership, Power

# How far ahead a series is written out as meetings. Beat keeps it that far.
HORIZON = timedelta(days=60)
WEEKLY = "FREQ=WEEKLY"
FORTNIGHTLY = "FREQ=WEEKLY;INTERVAL=2"


def to_moment(local: datetime, zone: ZoneInfo) -> datetime:
    """Wall-clock time in a zone as a moment in UTC.

    A time that the clocks skip in spring is taken as the same distance after the gap's start; one that happens
    twice in autumn is the first of the two.
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


@transaction.atomic
def schedule_meeting(
    *, by: Membership, title: str, starts: datetime, duration_minutes: int = 90, place: str = "", repeats: str = ""
) -> Meeting:
    """Schedule a meeting, or a series of which the first is returned, and plan everyone's reminders.

    `starts`: wall-clock time in the group's zone, without a zone of its own. `repeats`: an RFC 5545 rule, or empty.
    """
    access.require(by, Power.COORDINATE)
    if not repeats:
        meeting = Meeting.objects.create(
            group=by.group,
            title=title,
            place=place,
            starts_at=to_moment(starts, by.group.zone),
            duration_minutes=duration_minutes,
        )
        record(by=by, group=by.group, verb="schedule_meeting", on=meeting)
        plan_reminders(meeting=meeting)
        return meeting
    series = MeetingSeries.objects.create(
        group=by.group,
        title=title,
        place=place,
        first_local=starts.isoformat(timespec="minutes"),
        recurrence=repeats,
        duration_minutes=duration_minutes,
    )
    record(by=by, group=by.group, verb="schedule_meeting_series", on=series)
    return write_out_series(series=series, until=max(timezone.now(), to_moment(starts, by.group.zone)) + HORIZON)[0]


@transaction.atomic
def write_out_series(*, series: MeetingSeries, until: datetime) -> list[Meeting]:
    """Make the meetings of a series up to `until` that are not there yet. Safe to run at any time, by anyone."""
    zone = series.group.zone
    known = set(Meeting.objects.filter(series=series).values_list("occurrence_local", flat=True))
    rule = rrulestr(series.recurrence, dtstart=series.first)
    made = []
    for local in rule.between(series.first, until.astimezone(zone).replace(tzinfo=None), inc=True):
        occurrence = local.isoformat(timespec="minutes")
        if occurrence in known:
            continue
        meeting = Meeting(
            group=series.group,
            series=series,
            occurrence_local=occurrence,
            title=series.title,
            place=series.place,
            starts_at=to_moment(local, zone),
            duration_minutes=series.duration_minutes,
        )
        meeting.save(force_insert=True)
        plan_reminders(meeting=meeting)
        made.append(meeting)
    return made


@transaction.atomic
def cancel_meeting(*, by: Membership, meeting: Meeting) -> None:
    """Call one meeting off and tell everyone who wants reminders, once."""
    access.require(by, Power.COORDINATE)
    locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if locked.is_cancelled:
        return
    meeting.cancelled_at = timezone.now()
    meeting.save(update_fields=["cancelled_at"])
    drop_reminders(meeting=meeting)
    if not meeting.is_past:
        tell_cancelled(meeting=meeting)
    record(by=by, group=by.group, verb="cancel_meeting", on=meeting)


@transaction.atomic
def end_series(*, by: Membership, series: MeetingSeries) -> None:
    """Stop a series: what is still to come is cancelled, what was stays."""
    access.require(by, Power.COORDINATE)
    if series.is_ended:
        return
    series.ended_on = timezone.now().date()
    series.save(update_fields=["ended_on"])
    record(by=by, group=by.group, verb="end_meeting_series", on=series)
    for meeting in Meeting.objects.filter(series=series).going_ahead().coming().select_related("group"):
        cancel_meeting(by=by, meeting=meeting)
