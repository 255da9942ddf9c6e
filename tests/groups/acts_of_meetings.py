"""Acts around meetings, for tests/test_journal.py: (who acted, the verb, on what)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from groups.actions import action_items, agenda, attendance, meetings, minutes, rota, series
from groups.models import Meeting, MeetingTask, Membership, RotaPlace
from groups.models.rota import Turn
from tests.conftest import World

CANARY = "canary-words-7391"
Act = Callable[[World], tuple[Membership | None, str, Any]]


def soon(**later: Any) -> datetime:
    """Wall-clock time; a few minutes from now the room is open already."""
    return datetime.now().replace(microsecond=0, second=0) + timedelta(**later or {"days": 3})  # noqa: DTZ005


def meeting_of(world: World, **facts: Any) -> Meeting:
    return meetings.schedule_meeting(by=world.ana, title=CANARY, place=CANARY, starts=soon(), **facts)


def in_session(world: World) -> Meeting:
    meeting = meeting_of(world)
    now = datetime.now(tz=meeting.starts_at.tzinfo)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=now)
    return Meeting.objects.select_related("group", "series").get(pk=meeting.pk)


def agenda_item(world: World, verb: str) -> tuple[Membership, str, Any]:
    item = agenda.add_agenda_item(by=world.ben, meeting=meeting_of(world), title=CANARY, note=CANARY)
    if verb == "remove_agenda_item":
        pk = item.pk
        agenda.remove_agenda_item(by=world.ben, item=item)
        item.pk = pk
    return world.ben, verb, item


def action_item(world: World, verb: str) -> tuple[Membership, str, Any]:
    item = action_items.add_action_item(by=world.ben, meeting=meeting_of(world), what=CANARY)
    match verb:
        case "change_action_item":
            action_items.change_action_item(by=world.ben, item=item, what=f"{CANARY} 2", member=world.ben, due_on=None)
        case "finish_action_item" | "reopen_action_item":
            action_items.finish_action_item(by=world.ben, item=item)
    if verb == "reopen_action_item":
        action_items.reopen_action_item(by=world.ben, item=item)
    return world.ben, verb, item


def present(world: World, verb: str) -> tuple[Membership, str, Any]:
    meeting = in_session(world)
    match verb:
        case "record_attendance":
            attendance.tick_attendance(by=world.ana, meeting=meeting, came=[world.ana, world.ben])
        case "count_heads":
            attendance.count_heads(by=world.ana, meeting=meeting, peers=5, allies=1)
        case "make_attendance_code":
            attendance.make_attendance_code(by=world.ana, meeting=meeting)
        case "save_minutes":
            minutes.save_minutes(by=world.ana, meeting=meeting, text=CANARY, version=meeting.minutes_version)
    return world.ana, verb, meeting


def changed(world: World) -> tuple[Membership, str, Any]:
    meeting = meeting_of(world)
    meetings.change_meeting(
        by=world.ana, meeting=meeting, title=CANARY, starts=soon(days=4), duration_minutes=60, place=CANARY
    )
    return world.ana, "change_meeting", meeting


def changed_series(world: World) -> tuple[Membership, str, Any]:
    meeting = meeting_of(world, repeats="FREQ=WEEKLY")
    changed = series.change_series(
        by=world.ana, meeting=meeting, scope=series.Scope.ALL, starts=soon(days=4), recurrence="FREQ=WEEKLY",
        title=CANARY, duration_minutes=60, place=CANARY,
    )  # fmt: skip
    return world.ana, "change_meeting_series", changed


def turns(world: World, verb: str) -> tuple[Membership, str, Any]:
    task = MeetingTask.TAKE_NOTES
    if verb in ("assign_turn", "pass_turn"):
        meeting = meeting_of(world)
        rota.take_turn(by=world.caro, meeting=meeting, task=MeetingTask.FACILITATE)
        turn = Turn.objects.get(meeting=meeting, membership=world.caro)
        if verb == "pass_turn":
            rota.pass_turn(by=world.caro, turn=turn)
        return world.caro, verb, turn
    rota.join_rota(by=world.ben, task=task)
    place = RotaPlace.objects.get(membership=world.ben, task=task)
    if verb == "leave_rota":
        pk = place.pk
        rota.leave_rota(by=world.ben, task=task)
        place.pk = pk
    return world.ben, verb, place


MEETING_ACTS: dict[str, Act] = {
    **{verb: partial(agenda_item, verb=verb) for verb in ("add_agenda_item", "remove_agenda_item")},
    **{
        verb: partial(action_item, verb=verb)
        for verb in ("add_action_item", "change_action_item", "finish_action_item", "reopen_action_item")
    },
    **{
        verb: partial(present, verb=verb)
        for verb in ("record_attendance", "count_heads", "make_attendance_code", "save_minutes")
    },
    "change_meeting": changed,
    "change_meeting_series": changed_series,
    **{verb: partial(turns, verb=verb) for verb in ("assign_turn", "pass_turn", "join_rota", "leave_rota")},
}
