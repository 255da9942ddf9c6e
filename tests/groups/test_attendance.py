"""Who was there: ticked, by the code of the room, or counted without names."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from groups import actions
from groups.actions.attendance import CodeAnswer
from groups.models import Attendance, CodeTries, Group, Meeting, Membership, Payment
from hrplatform import isolation, retention


@pytest.fixture
def meeting(ana, as_member) -> Meeting:
    """One that begins in ten minutes: the room is open."""
    with as_member(ana):
        Group.objects.filter(pk=ana.group_id).update(currency="USD")
        ana.group.refresh_from_db()
        now = timezone.now().astimezone(ana.group.zone).replace(tzinfo=None)
        starts = now + timedelta(minutes=10)
        return actions.schedule_meeting(by=ana, title="Thursday", starts=starts, stipend=Decimal("12.50"))


def come(client, meeting: Meeting, came: list[Membership], was: list[Membership] = []):  # noqa: B006 (read only)
    body = {"came": [str(each.pk) for each in came], "was": [str(each.pk) for each in was]}
    return client.post(f"{meeting.get_absolute_url()}attendance/", body)


def enter(client, meeting: Meeting, code: str):
    return client.post(f"{meeting.get_absolute_url()}here/", {"code": code})


def here(meeting: Meeting) -> set[str]:
    with isolation.context(groups=[meeting.group_id]):
        rows = Attendance.objects.filter(meeting=meeting).select_related("membership__person")
        return {row.membership.person.handle for row in rows}


def code_of(ana: Membership, meeting: Meeting) -> str:
    with isolation.context(person=ana.person_id, groups=[ana.group_id]):
        return actions.make_attendance_code(by=ana, meeting=meeting)


def test_whoever_facilitates_ticks_who_is_here(ana, ben, caro, meeting, sign_in):
    assert come(sign_in(ana), meeting, [ana, ben]).status_code == 302
    assert here(meeting) == {"ana", "ben"}
    come(sign_in(ana), meeting, [ana], was=[ana, ben])
    assert here(meeting) == {"ana"}


def test_a_tick_does_not_undo_a_code_that_was_entered_meanwhile(ana, ben, caro, meeting, sign_in):
    assert enter(sign_in(caro), meeting, code_of(ana, meeting)).status_code == 302
    come(sign_in(ana), meeting, [ben], was=[])
    assert here(meeting) == {"ben", "caro"}


def test_the_code_is_four_digits_made_once_and_shown_to_who_runs_the_meeting_only(ana, ben, meeting, sign_in):
    code = code_of(ana, meeting)
    assert code == code_of(ana, meeting)
    assert len(code) == 4
    assert code.isdigit()
    assert code in sign_in(ana).get(f"{meeting.get_absolute_url()}attendance/").content.decode()
    assert sign_in(ben).get(f"{meeting.get_absolute_url()}attendance/").status_code == 403
    with isolation.context(person=ben.person_id, groups=[ben.group_id]), pytest.raises(PermissionDenied):
        actions.make_attendance_code(by=ben, meeting=meeting)


def test_five_wrong_codes_and_only_a_tick_helps(ana, ben, caro, meeting, sign_in):
    code = code_of(ana, meeting)
    wrong = f"{(int(code) + 1) % 10_000:04}"
    client = sign_in(ben)
    for _ in range(4):
        assert "That is not the code." in enter(client, meeting, wrong).content.decode()
    for tried in (wrong, code, code):
        assert "Five wrong tries." in enter(client, meeting, tried).content.decode()
    assert here(meeting) == set()
    assert enter(sign_in(caro), meeting, code).status_code == 302, "others are not locked out"
    come(sign_in(ana), meeting, [ben])
    assert here(meeting) == {"ben", "caro"}


def test_entering_the_code_twice_counts_once(ana, ben, meeting, sign_in):
    code = code_of(ana, meeting)
    for _ in range(2):
        assert enter(sign_in(ben), meeting, code).status_code == 302
    assert here(meeting) == {"ben"}


@pytest.mark.parametrize("code", ["", "12", "12345", "١٢٣٤", "12 4", "12\x004", "9" * 10_000])
def test_what_is_no_code_is_no_try(code, ana, ben, meeting, sign_in, as_member):
    code_of(ana, meeting)
    assert enter(sign_in(ben), meeting, code).status_code == 422
    with as_member(ben):
        assert not CodeTries.objects.exists()


def test_the_code_works_only_while_the_room_is_open(ana, ben, meeting, as_member):
    code = code_of(ana, meeting)
    for minutes in (-45, 60 + 90 + 20):
        with time_machine.travel(meeting.starts_at + timedelta(minutes=minutes)), as_member(ben):
            meeting.refresh_from_db()
            assert actions.enter_attendance_code(by=ben, meeting=meeting, code=code) == CodeAnswer.CLOSED


def test_nobody_is_at_a_meeting_that_has_not_begun(ana, as_member, sign_in):
    with as_member(ana):
        starts = datetime.now() + timedelta(days=3)  # noqa: DTZ005 (wall-clock time)
        later = actions.schedule_meeting(by=ana, title="Later", starts=starts)
    answer = come(sign_in(ana), later, [ana])
    assert answer.status_code == 302
    assert here(later) == set()
    with as_member(ana), pytest.raises(actions.NotBegun):
        actions.count_heads(by=ana, meeting=later, peers=3, allies=0)


def test_heads_are_counted_without_names_and_the_larger_number_holds(ana, ben, meeting, sign_in, as_member):
    come(sign_in(ana), meeting, [ana, ben])
    for heads, told in (({"peers": "1", "allies": ""}, "2 peers"), ({"peers": "9", "allies": "1"}, "9 peers, 1 ally")):
        assert sign_in(ana).post(f"{meeting.get_absolute_url()}headcount/", heads).status_code == 302
        assert told in sign_in(ben).get(meeting.get_absolute_url()).content.decode()


@pytest.mark.parametrize("peers", ["-1", "10000", "x", "1e3", "9" * 30])
def test_a_headcount_that_is_none_is_refused_in_words(peers, ana, meeting, sign_in):
    answer = sign_in(ana).post(f"{meeting.get_absolute_url()}headcount/", {"peers": peers})
    assert answer.status_code == 422
    assert peers in answer.content.decode()


def test_a_member_of_another_group_cannot_be_ticked(ana, dee, meeting, sign_in):
    answer = come(sign_in(ana), meeting, [dee])
    assert answer.status_code == 422
    assert here(meeting) == set()


def test_coming_is_paid_what_was_agreed_once_and_taken_back_with_the_tick(ana, ben, meeting, sign_in, as_member):
    for _ in range(2):
        come(sign_in(ana), meeting, [ben])
    with as_member(ana):
        agreed = Payment.objects.with_state().get()
        assert (agreed.amount, agreed.payee, agreed.is_open) == (1250, ben, True)
    come(sign_in(ana), meeting, [], was=[ben])
    with as_member(ana):
        assert not Payment.objects.get(pk=agreed.pk).is_open


def test_after_a_year_nobody_knows_who_was_there_and_the_count_stays(ana, ben, meeting, sign_in, as_member):
    come(sign_in(ana), meeting, [ana, ben])
    retention.execute(now=timezone.now() + timedelta(days=367))
    with as_member(ana):
        assert {row.membership_id for row in Attendance.objects.all()} == {None}
        counted = Meeting.objects.with_presence().get(pk=meeting.pk)
        assert (counted.present_peers, counted.present_allies) == (2, 0)
        assert counted.attendance_code == ""
