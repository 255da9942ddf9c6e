"""Calendars elsewhere: what they show and to whom, read by parsers that are not ours."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
import vobject
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groups import actions
from groups.ical import Event, calendar
from groups.models import CalendarFeed, Group, Meeting, Membership
from hrplatform import isolation

NEW_YORK = ZoneInfo("America/New_York")
ZONES = ["America/New_York", "Europe/Amsterdam", "America/Argentina/Buenos_Aires", "Asia/Bishkek"]
SECRETS = ("Night Union", "circle of", "Back room", "meeting", "groups/")


def schedule(by: Membership, **facts: object) -> Meeting:
    starts = (timezone.now().astimezone(by.group.zone) + timedelta(days=2)).replace(tzinfo=None)
    with isolation.context(person=by.person_id, groups=[by.group_id]):
        wanted = {"title": "Thursday circle of secrets", "place": "Back room", "starts": starts, **facts}
        return actions.schedule_meeting(by=by, **wanted)


def feed_of(member: Membership, detail: str = "discreet") -> str:
    with isolation.context(person=member.person_id):
        return f"/calendar/{actions.make_calendar(by=member.person, detail=detail)}.ics"


def parsed(text: str) -> icalendar.Calendar:
    """Held against two parsers of others, one of which checks what must be there."""
    component = vobject.readOne(text)
    assert component.validate(raiseException=True)
    return icalendar.Calendar.from_ical(text)


def events_of(text: str) -> list[icalendar.Event]:
    return list(parsed(text).walk("VEVENT"))


def event(starts: datetime, zone: str, **facts: object) -> Event:
    usual = {
        "uid": "one@calendar", "minutes": 90, "changed_at": datetime(2026, 1, 1, tzinfo=UTC), "sequence": 0,
        "is_cancelled": False, "summary": "Thursday",
    }  # fmt: skip
    return Event(starts_at=starts, zone=ZoneInfo(zone), **{**usual, **facts})  # type: ignore[arg-type]


# --- How it is written ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("month", range(1, 13))
def test_a_time_means_the_same_moment_to_others(zone, month):
    """By the VTIMEZONE alone: the name of the zone is taken away, so that a parser cannot know it from elsewhere.

    Each time by another one, because vobject remembers.
    """
    local = datetime(2027, month, 14, 19, tzinfo=ZoneInfo(zone))
    text = calendar([event(local.astimezone(UTC), zone)], name="x").replace(zone, f"Zone{uuid4().hex}")
    (found,) = vobject.readOne(text).vevent_list
    assert found.dtstart.value.replace(tzinfo=None) == local.replace(tzinfo=None)
    assert found.dtstart.value.utcoffset() == local.utcoffset()


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Amsterdam"])
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_around_both_changes_of_the_clocks(zone, days):
    changes = {
        "America/New_York": [datetime(2027, 3, 14, 12), datetime(2027, 11, 7, 12)],
        "Europe/Amsterdam": [datetime(2027, 3, 28, 12), datetime(2027, 10, 31, 12)],
    }
    starts = [(each + timedelta(days=days)).replace(tzinfo=ZoneInfo(zone)) for each in changes[zone]]
    rows = [event(each.astimezone(UTC), zone, uid=str(each)) for each in starts]
    text = calendar(rows, name="x").replace(zone, f"Zone{uuid4().hex}")
    found = [each.dtstart.value for each in vobject.readOne(text).vevent_list]
    assert [each.utcoffset() for each in found] == [each.utcoffset() for each in starts]


def test_the_second_of_two_equal_hours_is_not_mistaken_for_the_first():
    second = datetime(2027, 11, 7, 6, 30, tzinfo=UTC)  # 01:30 in New York, for the second time that night
    (found,) = events_of(calendar([event(second, "America/New_York")], name="x"))
    assert found["DTSTART"].dt.astimezone(UTC) == second


@pytest.mark.parametrize("zone", [*ZONES, "UTC", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_a_year_of_weeks_in_any_zone(zone):
    place = ZoneInfo(zone)
    starts = [datetime(2027, 1, 7, 19, tzinfo=place) + timedelta(weeks=week) for week in range(52)]
    rows = [event(each.astimezone(UTC), zone, uid=f"{number}@x") for number, each in enumerate(starts)]
    text = calendar(rows, name="x")
    shown = recurring_ical_events.of(parsed(text)).between(date(2026, 12, 1), date(2028, 2, 1))
    moments = sorted(each["DTSTART"].dt.astimezone(UTC) for each in shown)
    assert moments == [each.astimezone(UTC) for each in starts]


@pytest.mark.parametrize(
    "text",
    [
        "a, b; c\\d",
        "two\nlines",
        "BEGIN:VEVENT\r\nSUMMARY:other",
        "«Рядом» " * 30,
        "🙂" * 60,
        "a" * 300,
        "quote \" and 'quote'",
        "x" * 66 + "é",
        "tab\tbell\x07end",
    ],
)
def test_any_text_comes_back_as_it_was(text):
    written = calendar([event(datetime(2027, 1, 7, tzinfo=UTC), "UTC", summary=text, place=text)], name=text)
    (found,) = events_of(written)
    expected = re.sub(r"[\x00-\x09\x0b-\x1f]", "", text.replace("\r\n", "\n"))
    assert str(found["SUMMARY"]) == expected
    assert str(found["LOCATION"]) == expected
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    assert "\n" not in written.replace("\r\n", "")


def test_an_empty_calendar_is_one_too():
    assert "VERSION:2.0" in calendar([], name="Calendar")
    assert icalendar.Calendar.from_ical(calendar([], name="Calendar")).walk("VEVENT") == []


# --- A person's own ---------------------------------------------------------------------------------------------------


def test_the_discreet_calendar_says_busy_and_when(ana, ben, visitor):
    meeting = schedule(ana)
    answer = visitor.get(feed_of(ben))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (found,) = events_of(answer.content.decode())
    assert str(found["SUMMARY"]) == "Busy"
    assert found["DTSTART"].dt == meeting.starts_at.replace(microsecond=0)
    for telling in (*SECRETS, str(meeting.pk), ben.group.slug, "ben"):
        assert telling not in answer.content.decode()


def test_two_peoples_discreet_calendars_have_nothing_in_common(ana, ben, visitor):
    schedule(ana)
    uids = [str(events_of(visitor.get(feed_of(each)).content.decode())[0]["UID"]) for each in (ana, ben)]
    assert uids[0] != uids[1]


def test_a_uid_stays_the_same_when_the_address_is_made_anew(ana, ben, visitor):
    schedule(ana)
    uids = {str(events_of(visitor.get(feed_of(ben)).content.decode())[0]["UID"]) for _ in range(2)}
    assert len(uids) == 1


def test_the_full_calendar_shows_what_and_where(ana, ben, visitor):
    meeting = schedule(ana)
    (found,) = events_of(visitor.get(feed_of(ben, "full")).content.decode())
    assert str(found["SUMMARY"]) == "Thursday circle of secrets"
    assert str(found["LOCATION"]) == "Back room"
    assert str(found["URL"]).endswith(meeting.get_absolute_url())


def test_it_holds_the_meetings_of_all_my_groups_and_of_no_other(ana, ben, dee, visitor):
    schedule(ana)
    schedule(dee, title="Elsewhere in Bishkek")
    text = visitor.get(feed_of(ben, "full")).content.decode()
    assert len(events_of(text)) == 1
    assert "Bishkek" not in text


def test_who_left_a_group_sees_its_meetings_no_longer(ana, ben, visitor, as_member):
    schedule(ana)
    feed = feed_of(ben, "full")
    with as_member(ben):
        actions.leave_group(by=ben)
    assert events_of(visitor.get(feed).content.decode()) == []


def test_a_meeting_called_off_is_cancelled_with_a_higher_number(ana, ben, visitor, as_member):
    meeting, feed = schedule(ana), feed_of(ben)
    (before,) = events_of(visitor.get(feed).content.decode())
    with as_member(ana):
        actions.cancel_meeting(by=ana, meeting=meeting)
    (after,) = events_of(visitor.get(feed).content.decode())
    assert (before["STATUS"], after["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_a_recurring_meeting_is_an_event_for_each_time_it_is_written_out(ana, ben, visitor):
    schedule(ana, repeats="FREQ=WEEKLY")
    found = events_of(visitor.get(feed_of(ben)).content.decode())
    assert len(found) >= 8
    assert len({str(each["UID"]) for each in found}) == len(found)


def test_unchanged_is_304_and_anything_changed_is_not(ana, ben, visitor, as_member):
    meeting, feed = schedule(ana), feed_of(ben)
    etag = visitor.get(feed)["ETag"]
    unchanged = visitor.get(feed, headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    with as_member(ana):
        actions.cancel_meeting(by=ana, meeting=meeting)
    changed = visitor.get(feed, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag
    assert visitor.get(feed_of(ben), headers={"If-None-Match": changed["ETag"]}).status_code == 200


def test_an_ended_address_and_a_wrong_one_are_answered_alike(ben, visitor, as_member, sign_in):
    feed = feed_of(ben)
    assert sign_in(ben).post("/me/calendar/end/").status_code == 302
    answers = [visitor.get(each) for each in (feed, "/calendar/never-was-one.ics", f"/calendar/{'x' * 500}.ics")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.content for answer in answers}) == 1


def test_making_another_address_ends_the_one_before(ben, visitor):
    old, new = feed_of(ben), feed_of(ben)
    assert visitor.get(old).status_code == 404
    assert visitor.get(new).status_code == 200


def test_the_secret_is_shown_once_and_not_stored(ben, sign_in, as_member):
    client = sign_in(ben)
    shown = client.post("/me/calendar/", {"detail": "discreet"}).content.decode()
    token = re.search(r"/calendar/([\w-]+)\.ics", shown)[1]
    assert token not in client.get("/me/calendar/").content.decode()
    with as_member(ben):
        assert token not in str(CalendarFeed.objects.values_list())


def test_a_calendar_sets_no_cookie_and_needs_no_key_unless_it_shows_places(ana, ben, visitor, settings, tmp_path):
    schedule(ana)
    discreet, full = feed_of(ben), feed_of(ana, "full")
    assert not visitor.get(discreet).cookies
    settings.MASTER_KEY, settings.MASTER_KEY_PATH = "", tmp_path / "gone"
    assert visitor.get(discreet).status_code == 200
    assert visitor.get(full).status_code == 503


def test_a_calendar_takes_the_same_queries_for_two_meetings_and_for_twelve(ana, ben, visitor):
    feed, counts = feed_of(ben, "full"), []
    for more in (2, 10):
        for number in range(more):
            schedule(ana, title=f"{more} and {number}")
        with CaptureQueriesContext(connection) as captured:
            assert len(events_of(visitor.get(feed).content.decode())) in (2, 12)
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- A public group's -------------------------------------------------------------------------------------------------


def make_public(by: Membership) -> None:
    with isolation.context(person=by.person_id, groups=[by.group_id]):
        actions.describe_group(by=by, visibility=Group.Visibility.PUBLIC)


def test_a_public_group_says_when_it_meets_and_neither_what_nor_where(ana, visitor):
    schedule(ana)
    make_public(ana)
    answer = visitor.get(f"/calendar/of/{ana.group.slug}.ics")
    (found,) = events_of(answer.content.decode())
    assert str(found["SUMMARY"]) == "Night Union"
    for telling in ("circle of", "Back room", "/groups/"):
        assert telling not in answer.content.decode()


def test_a_group_that_is_not_public_is_as_one_that_is_not_there(ana, visitor, sign_in):
    schedule(ana)
    for client in (visitor, sign_in(ana)):
        answers = [client.get(f"/calendar/of/{slug}.ics") for slug in (ana.group.slug, "bcdfghjkmn")]
        assert [answer.status_code for answer in answers] == [404, 404]


# --- One meeting ------------------------------------------------------------------------------------------------------


def test_one_meeting_as_a_file_for_members_alone(ana, ben, dee, visitor, sign_in):
    meeting = schedule(ana)
    path = f"{meeting.get_absolute_url()}calendar.ics"
    answer = sign_in(ben).get(path)
    assert answer["Content-Disposition"] == 'attachment; filename="event.ics"'
    (found,) = events_of(answer.content.decode())
    assert str(found["LOCATION"]) == "Back room"
    assert sign_in(dee).get(path).status_code == 404
    assert Client().get(path).status_code == 302
