"""Calling meetings off: one, or all that follow in a series. Everyone is told once."""

from django.db import transaction
from django.utils import timezone

from groups import access
from groups.actions.agenda import move_to_next_agenda
from groups.actions.groups import show_visitors
from groups.actions.journal import record
from groups.actions.reminders import drop_reminders, tell_cancelled
from groups.actions.rota import assign_turns
from groups.models import Meeting, MeetingSeries, Membership, Power
from groups.recurrence import ended_before


@transaction.atomic
def cancel_meeting(*, by: Membership, meeting: Meeting) -> None:
    """Call one meeting off and tell everyone who wants reminders, once. Its agenda goes to the next one."""
    access.require(by, Power.COORDINATE)
    if call_off(by=by, meeting=meeting):
        if not meeting.is_past:
            tell_cancelled(meeting=meeting)
        assign_turns(group=by.group)


def call_off(*, by: Membership | None, meeting: Meeting) -> bool:
    """Mark one meeting as called off. Whether it was still going ahead."""
    locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if locked.is_cancelled:
        return False
    meeting.cancelled_at = meeting.changed_at = timezone.now()
    meeting.sequence = locked.sequence + 1
    meeting.save(update_fields=["cancelled_at", "changed_at", "sequence"])
    drop_reminders(meeting=meeting)
    if not meeting.is_past:
        move_to_next_agenda(meeting=meeting)
        meeting.turns.all().delete()
    record(by=by, group=meeting.group, verb="cancel_meeting", on=meeting)
    show_visitors(meeting.group)
    return True


@transaction.atomic
def end_series(*, by: Membership, series: MeetingSeries, since: Meeting | None = None) -> None:
    """Stop a series: what is still to come, or what comes from one meeting on, is called off. What was stays.

    Everyone is told once, of the first that does not take place: not of each.
    """
    access.require(by, Power.COORDINATE)
    locked = MeetingSeries.objects.select_for_update(of=("self",)).select_related("group").get(pk=series.pk)
    if locked.is_ended:
        return
    coming = Meeting.objects.filter(series=locked).going_ahead().coming().select_related("group", "series")
    if since is not None:
        coming = coming.filter(occurrence_local__gte=since.occurrence_local)
    off = list(coming)
    stop_rule(series=locked, before=since or next(iter(off), None))
    record(by=by, group=by.group, verb="end_meeting_series", on=locked)
    show_visitors(by.group)
    for meeting in off:
        call_off(by=by, meeting=meeting)
    if off:
        tell_cancelled(meeting=off[0])
    assign_turns(group=by.group)


def stop_rule(*, series: MeetingSeries, before: Meeting | None) -> None:
    """Let the rule end before this meeting. The series is over when nothing of it is still to come."""
    if before is not None and before.occurrence_local > series.first_local:
        series.recurrence = ended_before(series.recurrence, before.occurrence.date())
    left = Meeting.objects.filter(series=series).going_ahead().coming()
    if before is None or not left.filter(occurrence_local__lt=before.occurrence_local).exists():
        series.ended_on = timezone.now().date()
    series.sequence += 1
    series.changed_at = timezone.now()
    series.save(update_fields=["recurrence", "ended_on", "sequence", "changed_at"])
