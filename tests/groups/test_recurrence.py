"""Wall-clock time across every change of the clocks, and rules that people can choose."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from groups.recurrence import (
    FORTNIGHTLY,
    HORIZON,
    WEEKLY,
    Repeats,
    RuleRefused,
    choice_of,
    ended_before,
    ended_by_day,
    expanded,
    in_utc,
    in_words,
    is_skipped,
    occurrences,
    parts_of,
    rule_for,
    to_moment,
)

NEW_YORK, AMSTERDAM = "America/New_York", "Europe/Amsterdam"
BUENOS_AIRES, BISHKEK = "America/Argentina/Buenos_Aires", "Asia/Bishkek"

# zone, the evening before the clocks change, the first hour that is skipped (spring) or happens twice (autumn), and
# by how many hours the day is shorter or longer. Buenos Aires changed last in 2009, Bishkek in 2005.
SPRING = [
    (NEW_YORK, datetime(2027, 3, 13, 19), datetime(2027, 3, 14, 2, 30)),
    (AMSTERDAM, datetime(2027, 3, 27, 19), datetime(2027, 3, 28, 2, 30)),
    (BUENOS_AIRES, datetime(2008, 10, 18, 19), datetime(2008, 10, 19, 0, 30)),
    (BISHKEK, datetime(2005, 3, 26, 19), datetime(2005, 3, 27, 2, 45)),
]
AUTUMN = [
    (NEW_YORK, datetime(2026, 10, 31, 19), datetime(2026, 11, 1, 1, 30)),
    (AMSTERDAM, datetime(2026, 10, 24, 19), datetime(2026, 10, 25, 2, 30)),
    (BUENOS_AIRES, datetime(2009, 3, 14, 19), datetime(2009, 3, 14, 23, 30)),
]
# Kyrgyzstan stayed on summer time in 2005: what was +5 with an hour added became +6 the year round. The last hour
# that happened twice there was in the autumn before.
AUTUMN_OF_BISHKEK = (BISHKEK, datetime(2004, 10, 30, 19), datetime(2004, 10, 31, 2, 0))


@pytest.mark.parametrize(("zone", "evening", "hour"), [*SPRING, *AUTUMN, AUTUMN_OF_BISHKEK])
def test_an_evening_hour_stays_that_hour_when_the_clocks_change(zone, evening, hour):
    place = ZoneInfo(zone)
    for local in occurrences(WEEKLY, evening - timedelta(weeks=1), until=evening + timedelta(weeks=2)):
        assert to_moment(local, place).astimezone(place).replace(tzinfo=None) == local


@pytest.mark.parametrize(("zone", "evening", "hour"), SPRING)
def test_the_week_in_which_the_clocks_go_forward_is_an_hour_shorter(zone, evening, hour):
    place = ZoneInfo(zone)
    assert to_moment(evening + timedelta(weeks=1), place) - to_moment(evening, place) == timedelta(days=7, hours=-1)


@pytest.mark.parametrize(("zone", "evening", "hour"), [*AUTUMN, AUTUMN_OF_BISHKEK])
def test_the_week_in_which_the_clocks_go_back_is_an_hour_longer(zone, evening, hour):
    place = ZoneInfo(zone)
    assert to_moment(evening + timedelta(weeks=1), place) - to_moment(evening, place) == timedelta(days=7, hours=1)


@pytest.mark.parametrize(("zone", "evening", "hour"), SPRING)
def test_an_hour_that_is_skipped_is_seen_and_taken_as_long_after_the_gap_begins(zone, evening, hour):
    place = ZoneInfo(zone)
    assert is_skipped(hour, place)
    assert not is_skipped(hour - timedelta(days=1), place)
    # Half past two does not exist: what is meant is half an hour after two, which is half past three.
    assert to_moment(hour, place).astimezone(place).replace(tzinfo=None) == hour + timedelta(hours=1)


@pytest.mark.parametrize(("zone", "evening", "hour"), [*AUTUMN, AUTUMN_OF_BISHKEK])
def test_an_hour_that_happens_twice_is_the_first_of_the_two(zone, evening, hour):
    place = ZoneInfo(zone)
    moment = to_moment(hour, place)
    again = (moment + timedelta(hours=1)).astimezone(place).replace(tzinfo=None)
    assert again == hour, "an hour later the clocks show the same"
    assert not is_skipped(hour, place)
    assert to_moment(hour - timedelta(hours=2), place) == moment - timedelta(hours=2)


def test_a_weekly_meeting_in_the_skipped_hour_is_held_once_that_week():
    place = ZoneInfo(NEW_YORK)
    moments = [
        to_moment(local, place)
        for local in occurrences(WEEKLY, datetime(2027, 3, 7, 2, 30), until=datetime(2027, 3, 28))
    ]
    assert [each.astimezone(place).strftime("%d %H:%M") for each in moments] == ["07 02:30", "14 03:30", "21 02:30"]


@pytest.mark.parametrize(
    ("repeats", "first", "following"),
    [
        ("weekly", datetime(2026, 11, 26, 19), datetime(2026, 12, 3, 19)),
        ("fortnightly", datetime(2026, 11, 26, 19), datetime(2026, 12, 10, 19)),
        ("monthly_weekday", datetime(2026, 11, 12, 19), datetime(2026, 12, 10, 19)),
        ("monthly_weekday", datetime(2026, 10, 29, 19), datetime(2026, 11, 26, 19)),
        ("monthly_day", datetime(2026, 11, 15, 19), datetime(2026, 12, 15, 19)),
        ("monthly_day", datetime(2027, 1, 31, 19), datetime(2027, 2, 28, 19)),
        ("monthly_day", datetime(2027, 2, 28, 19), datetime(2027, 3, 28, 19)),
    ],
)
def test_what_people_choose_gives_the_next_time(repeats, first, following):
    rule = rule_for(repeats, first)
    assert expanded(rule, first).after(first) == following
    assert choice_of(rule) == repeats


def test_the_31st_is_the_last_day_of_shorter_months():
    first = datetime(2027, 1, 31, 19)
    times = occurrences(rule_for("monthly_day", first), first, until=datetime(2027, 5, 31, 19))
    assert [each.day for each in times] == [31, 28, 31, 30, 31]


def test_a_series_ends_on_a_day_or_after_a_number_of_times():
    first = datetime(2026, 11, 26, 19)
    far = first + timedelta(days=900)
    assert len(occurrences(rule_for("weekly", first, times=5), first, until=far)) == 5
    by_day = occurrences(rule_for("weekly", first, until=date(2026, 12, 10)), first, until=far)
    assert by_day[-1] == datetime(2026, 12, 10, 19), "the last day is one of them"


def test_a_rule_without_an_end_is_only_asked_as_far_as_the_horizon():
    first = datetime(2026, 11, 26, 19)
    assert len(occurrences(WEEKLY, first, until=first + HORIZON)) == 9


def test_a_series_cut_in_two_has_each_time_once():
    first = datetime(2026, 11, 26, 19)
    rule = rule_for("weekly", first, times=6)
    times = list(expanded(rule, first))
    before = list(expanded(ended_before(rule, times[2].date()), first))
    after = list(expanded(ended_by_day(rule, first), times[2]))
    assert [*before, *after] == times
    assert all(later - earlier == timedelta(weeks=1) for earlier, later in pairwise(times))


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=SECONDLY",
        "FREQ=DAILY",
        "FREQ=YEARLY",
        "FREQ=WEEKLY;FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=99999999999999999999",
        "FREQ=WEEKLY;BYHOUR=1,2,3",
        "FREQ=WEEKLY;BYDAY=2TH",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=TH",
        "FREQ=MONTHLY;BYDAY=1TH;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=1,2,3",
        "FREQ=WEEKLY;COUNT=999",
        "FREQ=WEEKLY;COUNT=5;UNTIL=20270101T000000",
        "FREQ=WEEKLY;UNTIL=٢٠٢٧٠١٠١T000000",
        "FREQ=WEEKLY\nRDATE:20270101T000000",
        "RRULE:FREQ=WEEKLY",
        "FREQ=WEEKLY;\x00",
        "FREQ=WEEKLY;" + "BYDAY=MO," * 60,
    ],
)
def test_a_rule_that_nobody_can_choose_is_refused(rule):
    with pytest.raises(RuleRefused):
        parts_of(rule)


def test_a_rule_must_begin_with_its_first_day():
    with pytest.raises(RuleRefused):
        expanded("FREQ=WEEKLY;BYDAY=MO", datetime(2026, 11, 26, 19))
    with pytest.raises(RuleRefused):
        expanded("FREQ=WEEKLY;UNTIL=20200101T000000", datetime(2026, 11, 26, 19))
    with pytest.raises(RuleRefused):
        expanded("FREQ=WEEKLY;UNTIL=20269901T000000", datetime(2026, 11, 26, 19))


def test_calendars_get_the_end_in_utc():
    rule = "FREQ=WEEKLY;UNTIL=20261210T235959"
    assert in_utc(rule, ZoneInfo(NEW_YORK)) == "FREQ=WEEKLY;UNTIL=20261211T045959Z"
    assert in_utc(WEEKLY, ZoneInfo(NEW_YORK)) == WEEKLY


def test_a_rule_reads_as_words():
    first = datetime(2026, 11, 12, 19)
    with override("en"):
        assert in_words(FORTNIGHTLY, first) == "every two weeks"
        assert in_words(rule_for(Repeats.MONTHLY_WEEKDAY, first), first) == "every month, the second Thursday"
        assert in_words(rule_for(Repeats.MONTHLY_DAY, first), first) == "every month on day 12"


def test_when_bishkek_kept_its_summer_time_for_good_no_clock_changed():
    place = ZoneInfo(BISHKEK)
    before, after = datetime(2005, 8, 11, 18, 30), datetime(2005, 8, 18, 18, 30)
    assert to_moment(after, place) - to_moment(before, place) == timedelta(days=7)
