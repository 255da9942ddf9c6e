"""Anyone puts something on the agenda; support says what comes first."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups import actions
from groups.models import AgendaItem, AgendaSupport, Meeting, Membership
from hrplatform import isolation


def schedule(by: Membership, days: int = 3, **facts: object) -> Meeting:
    starts = datetime.now() + timedelta(days=days)  # noqa: DTZ005 (wall-clock time)
    return actions.schedule_meeting(by=by, title="Thursday", starts=starts, **facts)


@pytest.fixture
def meeting(ana, as_member) -> Meeting:
    with as_member(ana):
        return schedule(ana)


def add(client, meeting: Meeting, **words: str):
    return client.post(f"{meeting.get_absolute_url()}agenda/", {"title": "Night bus", "note": "", **words})


def test_any_member_adds_and_the_most_supported_comes_first(ana, ben, caro, meeting, sign_in, as_member):
    for title in ("Night bus", "Cake"):
        assert add(sign_in(ben), meeting, title=title).status_code == 302
    with as_member(ana):
        cake = AgendaItem.objects.filter(meeting=meeting).order_by("added_at").last()
    for who in (ben, caro):
        sign_in(who).post(f"/groups/{ana.group.slug}/agenda/{cake.pk}/support/")
    page = sign_in(ana).get(meeting.get_absolute_url()).content.decode()
    assert page.index("Cake") < page.index("Night bus")
    assert "2 want this" in page


def test_support_is_given_and_taken_back_in_one_tap_and_twice_is_once(ben, meeting, sign_in, as_member):
    client = sign_in(ben)
    add(client, meeting)
    with as_member(ben):
        item = AgendaItem.objects.get()
    address = f"/groups/{ben.group.slug}/agenda/{item.pk}/support/"
    for body, count in (({}, 1), ({}, 1), ({"withdraw": "1"}, 0), ({"withdraw": "1"}, 0)):
        answer = client.post(address, body)
        assert answer["Location"].endswith(f"#item-{item.pk}"), "back to where the thumb is"
        with as_member(ben):
            assert AgendaSupport.objects.count() == count


def test_a_double_click_adds_once(ben, meeting, sign_in, as_member):
    for _ in range(2):
        assert add(sign_in(ben), meeting, note="It does not stop.").status_code == 302
    with as_member(ben):
        assert AgendaItem.objects.count() == 1


def test_ten_thousand_lines_are_refused_and_kept(ben, meeting, sign_in, as_member):
    lines = "\n".join(f"line {number}" for number in range(10_000))
    answer = add(sign_in(ben), meeting, note=lines)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "at most 2000 characters" in page
    assert "line 9999" in page
    with as_member(ben):
        assert not AgendaItem.objects.exists()


def test_an_agenda_that_is_full_says_so_and_keeps_what_was_typed(ben, meeting, sign_in, as_member):
    with as_member(ben):
        for number in range(AgendaItem.MOST_IN_A_MEETING):
            AgendaItem.objects.create(group=ben.group, meeting=meeting, title=str(number))
    answer = add(sign_in(ben), meeting, title="One more thing")
    assert answer.status_code == 422
    assert "This agenda is full." in answer.content.decode()
    assert "One more thing" in answer.content.decode()


def test_whoever_added_an_item_may_take_it_off_and_others_may_not(ana, ben, caro, meeting, as_member):
    with as_member(ben):
        item = actions.add_agenda_item(by=ben, meeting=meeting, title="Night bus")
    with as_member(caro), pytest.raises(PermissionDenied):
        actions.remove_agenda_item(by=caro, item=item)
    with as_member(ben):
        actions.remove_agenda_item(by=ben, item=item)
        actions.remove_agenda_item(by=ben, item=item)
        assert not AgendaItem.objects.exists()


def test_words_on_the_agenda_are_sealed(ben, meeting, as_member):
    with as_member(ben):
        actions.add_agenda_item(by=ben, meeting=meeting, title="Who was arrested", note="Near the bridge")
        with connection.cursor() as cursor:
            cursor.execute("SELECT title, note FROM groups_agendaitem")
            assert all(b"arrested" not in bytes(value) and b"bridge" not in bytes(value) for value in cursor.fetchone())


def test_an_agreement_to_look_at_again_comes_to_the_next_agenda_once(ana, meeting, as_member):
    with as_member(ana):
        facts = {"group": ana.group, "title": "The van rule", "origin": "agreement", "origin_id": uuid4()}
        first = actions.put_on_next_agenda(by=None, **facts)
        assert first.meeting == meeting
        assert actions.put_on_next_agenda(by=None, **facts) == first
        assert AgendaItem.objects.count() == 1


def test_what_finds_no_meeting_waits_for_the_next_that_is_scheduled(ana, as_member):
    with as_member(ana):
        facts = {"group": ana.group, "title": "The van rule", "origin": "agreement", "origin_id": uuid4()}
        item = actions.put_on_next_agenda(by=None, **facts)
        assert item.meeting is None
        assert actions.put_on_next_agenda(by=None, **facts) == item
        meeting = schedule(ana)
        item.refresh_from_db()
        assert item.meeting == meeting


def test_the_agenda_of_a_meeting_that_is_called_off_goes_to_the_next(ana, meeting, as_member):
    with as_member(ana):
        later = schedule(ana, days=10)
        facts = {"group": ana.group, "title": "The van rule", "origin": "agreement", "origin_id": uuid4()}
        item = actions.put_on_next_agenda(by=None, **facts)
        actions.cancel_meeting(by=ana, meeting=meeting)
        item.refresh_from_db()
        assert item.meeting == later
        actions.cancel_meeting(by=ana, meeting=later)
        item.refresh_from_db()
        assert item.meeting is None, "there is no next one: it waits"


def test_a_meeting_asks_as_little_of_the_database_with_twelve_items_as_with_two(ana, meeting, sign_in, as_member):
    client, counts = sign_in(ana), []
    client.get(meeting.get_absolute_url())  # what is asked once and kept is not what is counted
    for wanted in (2, 12):
        with as_member(ana):
            for number in range(AgendaItem.objects.count(), wanted):
                item = actions.add_agenda_item(by=ana, meeting=meeting, title=f"Thing {number}")
                actions.support_agenda_item(by=ana, item=item)
                actions.add_action_item(by=ana, meeting=meeting, what=f"Do {number}", member=ana)
        with CaptureQueriesContext(connection) as asked:
            assert "Thing 1" in client.get(meeting.get_absolute_url()).content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_an_item_cannot_be_put_on_a_meeting_of_another_group(dee, meeting, sign_in):
    address = f"/groups/{dee.group.slug}/meetings/{meeting.pk}/agenda/"
    assert sign_in(dee).post(address, {"title": "Hello"}).status_code == 404
    with isolation.context(groups=[meeting.group_id]):
        assert not AgendaItem.objects.exists()
