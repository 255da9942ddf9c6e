"""The pages on which meetings are scheduled, changed, called off and found."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groups import actions
from groups.models import Group, Meeting, MeetingSeries, Reminder
from groups.recurrence import WEEKLY

ZONE = ZoneInfo("America/New_York")
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=ZONE)
THURSDAY = {"title": "Thursday", "day": "2026-11-26", "time": "19:00", "duration_minutes": "90", "place": "Back room"}


@pytest.fixture
def at() -> time_machine.Traveller:
    with time_machine.travel(WEDNESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def schedule(at, ana, sign_in):
    """Fill in the page; its answer."""

    def sent(**facts: str) -> Any:
        return sign_in(ana).post(f"/groups/{ana.group.slug}/meetings/schedule/", {**THURSDAY, **facts})

    return sent


def count(ana, as_member) -> int:
    with as_member(ana):
        return Meeting.objects.count()


@pytest.mark.parametrize(
    ("facts", "times", "words"),
    [
        ({}, 1, ""),
        ({"repeats": "weekly"}, 9, "every week"),
        ({"repeats": "fortnightly"}, 5, "every two weeks"),
        ({"repeats": "monthly_weekday"}, 2, "every month, the fourth Thursday"),
        ({"repeats": "monthly_day"}, 2, "every month on day 26"),
        ({"repeats": "weekly", "ends": "times", "times": "3"}, 3, "3 times"),
        ({"repeats": "weekly", "ends": "until", "until": "2026-12-10"}, 3, "until Dec. 10, 2026"),
        ({"repeats": "weekly", "ends": "never", "times": "3", "until": "2026-12-10"}, 9, "every week"),
    ],
)
def test_what_people_choose_is_what_is_planned(facts, times, words, schedule, ana, ben, sign_in, as_member):
    answer = schedule(**facts)
    assert answer.status_code == 302, answer.context["form"].errors
    assert count(ana, as_member) == times
    page = sign_in(ben).get(answer["Location"]).content.decode()
    assert words in page
    assert "19:00 – 20:30" in page


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"day": "2026-11-24"}, "This moment has passed"),
        ({"day": "2029-01-01"}, "Choose a day in the next two years"),
        ({"day": "9999-12-31"}, "Choose a day in the next two years"),
        ({"day": "2027-03-14", "time": "02:30"}, "The clocks go forward that night and jump over this time"),
        ({"repeats": "weekly", "ends": "until", "until": "2026-11-25"}, "The last day is before the first one"),
        ({"repeats": "weekly", "ends": "until", "until": "2126-11-25"}, "in the next five years"),
        ({"repeats": "weekly", "ends": "until"}, "Say which day is the last"),
        ({"repeats": "weekly", "ends": "times"}, "Say how many times"),
        ({"repeats": "weekly", "ends": "times", "times": "1000000"}, "less than or equal to 200"),
        ({"repeats": "FREQ=SECONDLY"}, "is not one of the available choices"),
        ({"duration_minutes": "-5"}, "is not one of the available choices"),
        ({"title": "\u200b"}, "This field is required"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_kept(facts, words, schedule, ana, as_member):
    answer = schedule(**facts)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert 'value="Back room"' in page
    assert count(ana, as_member) == 0


def test_the_hour_that_happens_twice_can_be_chosen(schedule):
    assert schedule(day="2027-11-07", time="01:30").status_code == 302


def test_overlapping_is_asked_about_and_can_be_confirmed(schedule, ana, as_member):
    schedule()
    answer = schedule(title="Naloxone", time="20:00")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "there is already “Thursday”, Thursday 26 November at 19:00" in page
    assert 'type="checkbox" name="overlap_is_fine"' in page
    assert count(ana, as_member) == 1
    assert schedule(title="Naloxone", time="20:00", overlap_is_fine="on").status_code == 302
    assert count(ana, as_member) == 2


def test_a_confirmation_holds_for_the_time_that_was_shown_only(schedule):
    schedule()
    answer = schedule(title="", time="20:00", overlap_is_fine="on")
    assert 'name="overlap_is_fine" value="on"' not in answer.content.decode()


def test_a_series_that_overlaps_later_is_asked_about_too(schedule, ana, as_member):
    schedule(day="2026-12-10")
    answer = schedule(title="Weekly", time="18:00", repeats="weekly")
    assert answer.status_code == 422
    assert "Thursday 10 December" in answer.content.decode()


@pytest.mark.parametrize(("time", "overlaps"), [("17:30", False), ("17:31", True), ("20:29", True), ("20:30", False)])
def test_what_ends_when_the_other_begins_does_not_overlap(time, overlaps, schedule):
    schedule()
    assert (schedule(title="Other", time=time).status_code == 422) is overlaps


def test_what_is_called_off_overlaps_with_nothing(schedule, ana, as_member):
    schedule()
    with as_member(ana):
        actions.cancel_meeting(by=ana, meeting=Meeting.objects.select_related("group").get())
    assert schedule(title="Other").status_code == 302


def test_a_double_click_schedules_once_and_asks_nothing(schedule, ana, as_member):
    for _ in range(2):
        assert schedule(repeats="weekly").status_code == 302
    assert count(ana, as_member) == 9


def test_a_stipend_is_asked_for_where_the_group_has_a_currency(schedule, ana, sign_in, as_member):
    page = sign_in(ana).get(f"/groups/{ana.group.slug}/meetings/schedule/").content.decode()
    assert "Stipend" not in page
    with as_member(ana):
        Group.objects.filter(pk=ana.group_id).update(currency="USD")
    schedule(stipend="12.50", repeats="weekly")
    with as_member(ana):
        assert {str(meeting.stipend) for meeting in Meeting.objects.all()} == {"12.50"}


def change(sign_in, ana, meeting: Meeting, **facts: str) -> Any:
    return sign_in(ana).post(f"{meeting.get_absolute_url()}edit/", {**THURSDAY, "repeats": "weekly", **facts})


@pytest.fixture
def thursdays(at, ana, as_member) -> list[Meeting]:
    with as_member(ana):
        starts = datetime(2026, 11, 26, 19)
        actions.schedule_meeting(by=ana, title="Thursday", starts=starts, place="Back room", repeats=WEEKLY)
        return list(Meeting.objects.select_related("group").order_by("starts_at"))


@pytest.mark.parametrize(("scope", "moved"), [("this", 1), ("following", 6), ("all", 9)])
def test_how_far_a_change_reaches_is_chosen(scope, moved, thursdays, ana, ben, sign_in, as_member):
    answer = change(sign_in, ana, thursdays[3], scope=scope, day="2026-12-18", time="20:00")
    assert answer.status_code == 302, answer.context["form"].errors
    with as_member(ana):
        there = Meeting.objects.filter(pk__in=[each.pk for each in thursdays]).select_related("group")
        evenings = [meeting.local for meeting in there]
        assert sum(each.weekday() == 4 and each.hour == 20 for each in evenings) == moved
        assert Reminder.objects.filter(occasion="meeting_changed", person=ben.person).count() == 1


def test_the_form_shows_the_series_as_it_is(thursdays, ana, sign_in):
    page = sign_in(ana).get(f"{thursdays[3].get_absolute_url()}edit/").content.decode()
    for shown in ('value="2026-12-17"', 'value="19:00"', '<option value="weekly" selected>', "Only this meeting"):
        assert shown in page


def test_a_series_does_not_overlap_with_itself_when_it_changes(thursdays, ana, sign_in):
    assert change(sign_in, ana, thursdays[0], scope="all", time="19:30").status_code == 302


def test_saving_the_form_unchanged_changes_nothing(thursdays, ana, sign_in, as_member):
    assert change(sign_in, ana, thursdays[3], scope="following", day="2026-12-17").status_code == 302
    with as_member(ana):
        assert MeetingSeries.objects.count() == 1
        assert {meeting.sequence for meeting in Meeting.objects.all()} == {0}


def test_a_change_that_would_leave_no_meeting_is_refused_in_words(thursdays, ana, sign_in, as_member):
    facts = {"scope": "all", "day": "2026-11-25", "ends": "until", "until": "2026-11-25"}
    answer = change(sign_in, ana, thursdays[1], **facts)
    assert answer.status_code == 422
    assert "no meeting would be left" in answer.content.decode()
    with as_member(ana):
        assert {meeting.sequence for meeting in Meeting.objects.all()} == {0}


def test_what_is_over_is_not_changed(at, thursdays, ana, sign_in, as_member):
    at.move_to(datetime(2026, 11, 27, 12, tzinfo=ZONE))
    answer = change(sign_in, ana, thursdays[0], scope="this", title="Rewritten", day="2026-12-30")
    assert answer.status_code == 302
    with as_member(ana):
        assert not Meeting.objects.filter(title="Rewritten").exists()


@pytest.mark.parametrize(("scope", "off"), [("this", 1), ("following", 6)])
def test_one_meeting_or_all_that_follow_are_called_off(scope, off, thursdays, ana, sign_in, as_member):
    for _ in range(2):
        answer = sign_in(ana).post(f"{thursdays[3].get_absolute_url()}cancel/", {"scope": scope})
        assert answer.status_code == 302
    with as_member(ana):
        assert Meeting.objects.exclude(cancelled_at=None).count() == off
        assert Reminder.objects.filter(occasion="meeting_cancelled", person=ana.person).count() == 1


def test_lists_ask_as_little_of_the_database_with_twelve_meetings_as_with_two(at, ana, sign_in, as_member):
    client = sign_in(ana)
    for place, sign in (("meetings/", 1), ("meetings/past/", -1)):
        address, counts = f"/groups/{ana.group.slug}/{place}", []
        client.get(address)
        for number in range(12):
            with as_member(ana):
                moment = timezone.now() + sign * timedelta(days=number + 1)
                Meeting.objects.create(group=ana.group, title=f"Number {number}", place="Room", starts_at=moment)
            with CaptureQueriesContext(connection) as asked:
                assert f"Number {number}" in client.get(address).content.decode()
            counts.append(len(asked))
        assert counts[1] == counts[11]


def test_long_lists_are_paged(at, ana, ben, sign_in, as_member):
    with as_member(ana):
        for number in range(30):
            moment = timezone.now() - timedelta(days=number + 1)
            Meeting.objects.create(group=ana.group, title=f"Number {number}", starts_at=moment)
    client, address = sign_in(ben), f"/groups/{ana.group.slug}/meetings/past/"
    assert "Page 1 of 3" in client.get(address).content.decode()
    assert "Number 29" in client.get(f"{address}?page=3").content.decode()
