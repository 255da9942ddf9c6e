"""A series is changed from one meeting on: what happened stays, the next stays the next, everyone is told once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from groups import actions, tasks
from groups.actions.series import Scope, extend_series
from groups.models import Meeting, MeetingSeries, Membership, Reminder
from groups.recurrence import FORTNIGHTLY, WEEKLY, rule_for

ZONE = ZoneInfo("America/New_York")
# A Wednesday. The first of the series is on Thursday, 26 November 2026.
NOW = datetime(2026, 11, 25, 12, tzinfo=ZONE)
FIRST = datetime(2026, 11, 26, 19)


@pytest.fixture
def at() -> time_machine.Traveller:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def series(at, ana, as_member) -> MeetingSeries:
    with as_member(ana):
        first = actions.schedule_meeting(by=ana, title="Thursday", starts=FIRST, place="Back room", repeats=WEEKLY)
        assert first.series is not None
        return first.series


def rows_of(series: MeetingSeries) -> list[Meeting]:
    return list(Meeting.objects.filter(series=series).select_related("group", "series").order_by("starts_at"))


def days_of(rows: list[Meeting]) -> list[str]:
    return [row.local.strftime("%d.%m. %H:%M") for row in rows]


def as_now(meeting: Meeting, **changed: object) -> dict[str, object]:
    facts = {
        "title": meeting.title,
        "starts": meeting.local,
        "duration_minutes": meeting.duration_minutes,
        "place": meeting.place,
    }
    return facts | changed


def change(by: Membership, meeting: Meeting, scope: Scope, recurrence: str = WEEKLY, **changed: object):
    facts = as_now(meeting, **changed)
    return actions.change_series(by=by, meeting=meeting, scope=scope, recurrence=recurrence, **facts)


def told(occasion: Reminder.Occasion, who: Membership) -> int:
    return Reminder.objects.filter(occasion=occasion, person=who.person).count()


def test_one_meeting_is_changed_and_the_others_stay(ana, ben, series, as_member):
    with as_member(ana):
        second = rows_of(series)[1]
        actions.change_meeting(by=ana, meeting=second, **as_now(second, starts=datetime(2026, 12, 4, 20)))
        assert days_of(rows_of(series))[:3] == ["26.11. 19:00", "04.12. 20:00", "10.12. 19:00"]
        second.refresh_from_db()
        assert (second.is_exception, second.sequence, second.occurrence_local) == (True, 1, "2026-12-03T19:00")
        assert told(Reminder.Occasion.MEETING_CHANGED, ben) == 1


def test_the_same_change_twice_tells_once_and_another_change_tells_again(ana, ben, series, as_member):
    with as_member(ana):
        second = rows_of(series)[1]
        for hour in (20, 20, 21):
            actions.change_meeting(by=ana, meeting=second, **as_now(second, starts=datetime(2026, 12, 3, hour)))
            Reminder.objects.filter(occasion="meeting_changed").update(sent_at=timezone.now())
        assert told(Reminder.Occasion.MEETING_CHANGED, ben) == 2


def test_a_new_title_tells_nobody(ana, ben, series, as_member):
    with as_member(ana):
        second = rows_of(series)[1]
        actions.change_meeting(by=ana, meeting=second, **as_now(second, title="Budget"))
        assert told(Reminder.Occasion.MEETING_CHANGED, ben) == 0


def test_reminders_follow_a_meeting_that_moved(ana, ben, series, as_member):
    with as_member(ana):
        second = rows_of(series)[1]
        actions.change_meeting(by=ana, meeting=second, **as_now(second, starts=datetime(2026, 12, 5, 15)))
        waiting = Reminder.objects.get(occasion="meeting", occasion_id=second.pk, person=ben.person)
        assert waiting.due_at.astimezone(ZONE) == datetime(2026, 12, 4, 15, tzinfo=ZONE)


def test_all_that_follow_move_and_the_series_is_cut_in_two(ana, ben, series, as_member):
    with as_member(ana):
        old = rows_of(series)
        target = change(ana, old[2], Scope.FOLLOWING, starts=datetime(2026, 12, 11, 20), place="Front room")
        assert target.pk != series.pk
        assert days_of(rows_of(series)) == ["26.11. 19:00", "03.12. 19:00"]
        assert days_of(rows_of(target))[:3] == ["11.12. 20:00", "18.12. 20:00", "25.12. 20:00"]
        assert [row.pk for row in rows_of(target)][:7] == [row.pk for row in old[2:]], "each keeps its page and agenda"
        assert {row.place for row in rows_of(target)} == {"Front room"}
        series.refresh_from_db()
        assert series.recurrence == "FREQ=WEEKLY;UNTIL=20261209T235959"
        assert told(Reminder.Occasion.MEETING_CHANGED, ben) == 1, "once, not for each of the seven"
        assert extend_series(series=series) == 0


def test_a_change_to_all_leaves_what_happened(at, ana, series, as_member):
    at.move_to(datetime(2026, 12, 4, 12, tzinfo=ZONE))
    with as_member(ana):
        rows = rows_of(series)
        target = change(ana, rows[3], Scope.ALL, starts=rows[3].local + timedelta(hours=1))
        assert days_of(rows_of(series)) == ["26.11. 19:00", "03.12. 19:00"]
        assert days_of(rows_of(target))[:2] == ["10.12. 20:00", "17.12. 20:00"]
        series.refresh_from_db()
        assert series.is_ended


def test_a_change_to_all_before_anything_happened_keeps_the_series(ana, series, as_member):
    with as_member(ana):
        rows = rows_of(series)
        target = change(ana, rows[2], Scope.ALL, starts=rows[2].local - timedelta(hours=1), title="Early Thursday")
        assert target.pk == series.pk
        assert target.sequence == 1
        assert days_of(rows_of(target))[:3] == ["26.11. 18:00", "03.12. 18:00", "10.12. 18:00"]
        assert rows_of(target)[0].title == "Early Thursday"


def test_what_was_changed_alone_and_what_was_called_off_stays_so(ana, series, as_member):
    with as_member(ana):
        rows = rows_of(series)
        actions.change_meeting(by=ana, meeting=rows[1], **as_now(rows[1], starts=datetime(2026, 12, 5, 15)))
        actions.cancel_meeting(by=ana, meeting=rows[2])
        target = change(ana, rows[0], Scope.FOLLOWING, starts=datetime(2026, 11, 27, 19))
        moved = rows_of(target)
        assert days_of(moved)[:4] == ["27.11. 19:00", "05.12. 15:00", "11.12. 19:00", "18.12. 19:00"]
        assert [row.is_cancelled for row in moved[:4]] == [False, False, True, False]
        assert moved[1].occurrence_local == "2026-12-04T19:00"


def test_weekly_becomes_fortnightly_and_no_agenda_is_lost(ana, series, as_member):
    with as_member(ana):
        rows = rows_of(series)
        item = actions.add_agenda_item(by=ana, meeting=rows[1], title="Night bus")
        target = change(ana, rows[0], Scope.ALL, recurrence=FORTNIGHTLY)
        assert days_of(rows_of(target))[:3] == ["26.11. 19:00", "10.12. 19:00", "24.12. 19:00"]
        item.refresh_from_db()
        assert item.meeting.local == datetime(2026, 12, 10, 19)


def test_a_series_that_gets_an_end_calls_off_what_lies_behind_it(ana, ben, series, as_member):
    with as_member(ana):
        rows = rows_of(series)
        change(ana, rows[0], Scope.ALL, recurrence=rule_for("weekly", FIRST, times=3))
        assert Meeting.objects.going_ahead().count() == 3
        assert told(Reminder.Occasion.MEETING_CANCELLED, ben) == 1


def test_saving_without_a_change_changes_nothing(ana, series, as_member):
    with as_member(ana):
        rows = rows_of(series)
        target = change(ana, rows[3], Scope.FOLLOWING)
        assert (target.pk, target.sequence) == (series.pk, 0)
        assert told(Reminder.Occasion.MEETING_CHANGED, ana) == 0


def test_calling_off_all_that_follow_keeps_those_before(ana, ben, series, as_member):
    with as_member(ana):
        rows = rows_of(series)
        actions.end_series(by=ana, series=series, since=rows[2])
        actions.end_series(by=ana, series=series, since=rows[2])
        assert [row.is_cancelled for row in rows_of(series)] == [False, False] + [True] * 7
        series.refresh_from_db()
        assert not series.is_ended
        assert told(Reminder.Occasion.MEETING_CANCELLED, ben) == 1
    tasks.extend_meeting_series()
    with as_member(ana):
        assert len(rows_of(series)) == 9


def test_the_clock_closes_a_series_whose_last_time_is_over(at, ana, as_member):
    with as_member(ana):
        first = actions.schedule_meeting(
            by=ana, title="Course", starts=FIRST, repeats=rule_for("weekly", FIRST, times=3)
        )
    at.move_to(datetime(2026, 12, 11, tzinfo=ZONE))
    tasks.extend_meeting_series()
    with as_member(ana):
        assert MeetingSeries.objects.get(pk=first.series_id).is_ended


def test_meetings_that_went_by_the_clock_are_not_made_up_again(at, ana, series, as_member):
    at.move_to(datetime(2026, 12, 11, tzinfo=ZONE))
    with as_member(ana):
        Meeting.objects.past().delete()
    tasks.extend_meeting_series()
    with as_member(ana):
        assert not Meeting.objects.past().exists()


def test_a_double_click_schedules_once(at, ana, as_member):
    with as_member(ana):
        for _ in range(2):
            actions.schedule_meeting(by=ana, title="Thursday", starts=FIRST, repeats=WEEKLY)
            actions.schedule_meeting(by=ana, title="Tea", starts=FIRST)
        assert MeetingSeries.objects.count() == 1
        assert Meeting.objects.filter(title="Tea").count() == 1


def test_what_is_over_or_called_off_cannot_be_changed(at, ana, series, as_member):
    with as_member(ana):
        rows = rows_of(series)
        actions.cancel_meeting(by=ana, meeting=rows[1])
        with pytest.raises(actions.MeetingOver):
            actions.change_meeting(by=ana, meeting=rows[1], **as_now(rows[1], title="Other"))
        at.move_to(datetime(2026, 11, 27, tzinfo=ZONE))
        with pytest.raises(actions.MeetingOver):
            actions.change_meeting(by=ana, meeting=rows[0], **as_now(rows[0], title="Other"))


def test_only_who_coordinates_changes_meetings(ana, ben, series, as_member):
    with as_member(ben):
        second = rows_of(series)[1]
        with pytest.raises(PermissionDenied):
            actions.change_meeting(by=ben, meeting=second, **as_now(second))
        with pytest.raises(PermissionDenied):
            change(ben, second, Scope.ALL)
