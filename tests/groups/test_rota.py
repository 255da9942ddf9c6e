"""Turns go round fairly, and passing is always fine."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from groups import actions, tasks
from groups.models import Meeting, Membership, Turn
from groups.recurrence import WEEKLY

ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def at() -> time_machine.Traveller:
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=ZONE), tick=False) as traveller:
        yield traveller


@pytest.fixture
def thursdays(at, ana, as_member) -> list[Meeting]:
    with as_member(ana):
        first = actions.schedule_meeting(by=ana, title="Thursday", starts=datetime(2026, 11, 26, 19), repeats=WEEKLY)
        return list(Meeting.objects.filter(series=first.series).select_related("group").order_by("starts_at"))


def join(*members: Membership, task: str = "facilitate") -> None:
    for member in members:
        actions.join_rota(by=member, task=task)


def turns(task: str = "facilitate") -> list[str]:
    held = Turn.objects.held().filter(task=task).select_related("membership__person").order_by("meeting__starts_at")
    return [turn.membership.person.handle for turn in held]


def test_a_turn_is_given_two_weeks_ahead_to_who_said_they_take_turns(ana, ben, thursdays, as_member):
    with as_member(ana):
        assert turns() == []
        join(ben)
        assert turns() == ["ben", "ben"], "the next two Thursdays"
        join(ana)
        assert turns() == ["ben", "ana"], "who has several gives one to the newcomer"


def test_over_ten_weeks_everyone_has_their_turn_about_equally_often(at, ana, ben, caro, thursdays, as_member):
    with as_member(ana):
        join(ana, ben, caro)
    for week in range(1, 10):
        at.move_to(datetime(2026, 11, 25, 12, tzinfo=ZONE) + timedelta(weeks=week))
        tasks.extend_meeting_series()
    with as_member(ana):
        counts = Counter(turns())
        assert sum(counts.values()) == 11
        assert max(counts.values()) - min(counts.values()) <= 1
        assert all(one != other for one, other in zip(turns(), turns()[1:], strict=False)), "nobody twice in a row"


def test_a_newcomer_is_asked_once_and_then_in_turn(at, ana, ben, caro, thursdays, as_member):
    with as_member(ana):
        join(ana, ben)
    for week in range(1, 5):
        at.move_to(datetime(2026, 11, 25, 12, tzinfo=ZONE) + timedelta(weeks=week))
        tasks.extend_meeting_series()
    with as_member(ana):
        join(caro)
    for week in range(5, 9):
        at.move_to(datetime(2026, 11, 25, 12, tzinfo=ZONE) + timedelta(weeks=week))
        tasks.extend_meeting_series()
    with as_member(ana):
        assert Counter(turns()[6:])["caro"] <= 2, "she does not work off what others did before her"


def test_the_same_person_does_not_have_both_tasks_when_others_can(ana, ben, thursdays, as_member):
    with as_member(ana):
        join(ana, ben)
        join(ana, ben, task="take_notes")
        assert all(one != other for one, other in zip(turns(), turns("take_notes"), strict=True))


def test_a_turn_is_passed_to_whoever_is_next_and_does_not_come_back(ana, ben, caro, thursdays, as_member):
    with as_member(ana):
        join(ana, ben, caro)
        first = Turn.objects.held().filter(meeting=thursdays[0]).get()
        assert first.membership == ana
        now = actions.pass_turn(by=ana, turn=first)
        assert now is not None
        assert now.membership == caro, "ben has the Thursday after"
        assert actions.pass_turn(by=ana, turn=first) == now, "a double click passes once"
    tasks.extend_meeting_series()
    with as_member(ana):
        assert turns()[0] == "caro"


def test_swapping_is_handing_it_to_someone_one_spoke_with(ana, ben, thursdays, sign_in, as_member):
    with as_member(ana):
        join(ana)
        turn = Turn.objects.held().filter(meeting=thursdays[0]).get()
    address = f"/groups/{ana.group.slug}/turns/{turn.pk}/pass/"
    assert sign_in(ana).post(address, {"to": str(ben.pk)}).status_code == 302
    with as_member(ana):
        assert turns()[0] == "ben"


def test_nobody_passes_the_turn_of_another_and_who_coordinates_may(ana, ben, caro, thursdays, as_member):
    with as_member(ana):
        join(ben, caro)
        turn = Turn.objects.held().filter(meeting=thursdays[0]).get()
        assert turn.membership == ben
        with pytest.raises(PermissionDenied):
            actions.pass_turn(by=caro, turn=turn)
        actions.pass_turn(by=ana, turn=turn, to=caro)
        assert turns()[0] == "caro"


def test_a_free_turn_is_taken_by_whoever_is_first(ana, ben, caro, thursdays, sign_in, as_member):
    address = f"{thursdays[0].get_absolute_url()}take-turn/"
    for who in (ben, ben, caro):
        assert sign_in(who).post(address, {"task": "facilitate"}).status_code == 302
    with as_member(ana):
        assert turns() == ["ben"]


def test_whose_turn_it_is_may_write_minutes_and_record_who_came(ben, caro, thursdays, sign_in, as_member):
    with as_member(ben):
        join(ben)
    for place in ("minutes", "attendance"):
        assert sign_in(ben).get(f"{thursdays[0].get_absolute_url()}{place}/").status_code == 200
        assert sign_in(caro).get(f"{thursdays[0].get_absolute_url()}{place}/").status_code == 403


def test_the_turn_of_someone_who_left_is_free_for_the_next(at, ana, ben, caro, thursdays, as_member):
    with as_member(ana):
        join(ben, caro)
        assert turns() == ["ben", "caro"]
    with as_member(ben):
        actions.leave_group(by=ben)
    tasks.extend_meeting_series()
    with as_member(ana):
        assert turns() == ["caro", "caro"]


def test_taking_no_more_turns_leaves_what_was_given(ana, ben, thursdays, sign_in, as_member):
    client, address = sign_in(ben), f"/groups/{ana.group.slug}/turns/"
    for _ in range(2):
        assert client.post(address, {"tasks": ["facilitate", "take_notes"]}).status_code == 302
    assert client.post(address, {}).status_code == 302
    with as_member(ana):
        assert turns() == ["ben", "ben"]
        assert not ben.rota_places.exists()
    assert "ben" in client.get(address).content.decode()
