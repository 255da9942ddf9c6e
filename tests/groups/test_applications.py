"""Asking a group to be let in, and being answered: by one who coordinates, or by enough members together."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.test import Client

from groups import actions
from groups.actions.memberships import add_member
from groups.models import Application, Backing, Group, JournalEntry, Membership, Person, Reminder
from hrplatform import isolation
from tests.conftest import make_person
from tests.query_counts import queries_of

AsMember = Callable[[Membership], AbstractContextManager[None]]
SignIn = Callable[..., Client]
WORDS = "five words only I know"
RULES = {"joining": "application", "questions": "What brings you?\nWhen can you come?", "enough": "3"}


def again(membership: Membership) -> Membership:
    return Membership.objects.select_related("group", "person").get(pk=membership.pk)


def set_up(ana: Membership, visibility: str = "listed", joining: str = "application", **facts: object) -> str:
    """The union lets itself be found. Returns the address of its door."""
    Group.objects.filter(pk=ana.group_id).update(
        visibility=visibility, joining=joining, questions=RULES["questions"], **facts
    )
    return f"/groups/{ana.group.slug}/join/"


@pytest.fixture
def door(ana: Membership, as_member: AsMember) -> str:
    with as_member(ana):
        return set_up(ana)


@pytest.fixture
def asked(door: str, dee: Membership, sign_in: SignIn) -> Application:
    """Dee, who belongs elsewhere, asks the union."""
    form = {"answer_0": "A friend told me.", "answer_1": "", "standing": "ally"}
    assert sign_in(dee).post(door, form).status_code == 302
    with isolation.context(person=dee.person_id):
        return Application.objects.get(person=dee.person_id)


def members_of(group: Group) -> set[str]:
    with isolation.context(groups=[group.pk]):
        return set(Membership.objects.active().filter(group=group).values_list("person__handle", flat=True))


# --- Asking -----------------------------------------------------------------------------------------------------------


def test_a_coordinator_says_how_people_join_and_what_they_are_asked(ana, dee, sign_in, as_member):
    client = sign_in(ana)
    with as_member(ana):
        Group.objects.filter(pk=ana.group_id).update(visibility="listed")
    assert client.post(f"/groups/{ana.group.slug}/joining/", RULES).status_code == 302
    page = sign_in(dee).get(f"/groups/{ana.group.slug}/join/").content.decode()
    assert "What brings you?" in page
    assert "When can you come?" in page


@pytest.mark.parametrize(
    "wrong",
    [{"enough": "0"}, {"enough": "9" * 30}, {"questions": "a\n" * 9}, {"questions": "x" * 121}, {"joining": "x"}],
)
def test_rules_that_cannot_be_are_refused_with_a_sentence(wrong, ana, sign_in):
    answer = sign_in(ana).post(f"/groups/{ana.group.slug}/joining/", {**RULES, **wrong})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(wrong)


def test_the_answers_are_sealed_and_read_by_members_only(asked, ana, ben, dee, sign_in):
    with isolation.context(person=dee.person_id), connection.cursor() as cursor:
        cursor.execute("SELECT answers_json FROM groups_application WHERE id = %s", [asked.pk])
        assert b"friend" not in bytes(cursor.fetchone()[0])
    assert "A friend told me." in sign_in(ben).get(f"/groups/{ana.group.slug}/applications/").content.decode()
    assert sign_in(dee).get(f"/groups/{ana.group.slug}/applications/").status_code == 404


def test_those_who_coordinate_are_told_once_and_nobody_else(asked, door, ana, dee, sign_in, as_member):
    sign_in(dee).post(door, {"standing": "peer"})
    with as_member(ana):
        told = Reminder.objects.filter(occasion=Reminder.Occasion.APPLICATION, channel="in_app")
        assert [each.person_id for each in told] == [ana.person_id]
        assert Application.objects.count() == 1
        assert JournalEntry.objects.filter(verb="apply_to_join").count() == 1


def test_who_asked_sees_how_it_stands_and_can_take_it_back(asked, dee, sign_in):
    client = sign_in(dee)
    page = client.get("/me/applications/").content.decode()
    assert "Night Union" in page
    assert "waiting for an answer" in page
    client.post("/me/applications/", {"application": str(asked.pk)})
    assert "taken back" in client.get("/me/applications/").content.decode()
    with isolation.context(person=dee.person_id):
        assert bytes(Application.objects.values_list("answers_json", flat=True).get()) == b""


def test_nobody_takes_back_what_another_asked(asked, ben, sign_in):
    sign_in(ben).post("/me/applications/", {"application": str(asked.pk)})
    sign_in(ben).post("/me/applications/", {"application": "\x00"})
    with isolation.context(person=asked.person_id):
        assert Application.objects.get().is_waiting


@pytest.mark.parametrize(
    ("visibility", "joining"), [("unlisted", "open"), ("unlisted", "application"), ("public", "invitation")]
)
def test_a_group_that_hides_or_only_invites_has_no_door(visibility, joining, ana, dee, sign_in, visitor, as_member):
    with as_member(ana):
        door = set_up(ana, visibility, joining)
    for client in (sign_in(dee), visitor):
        assert client.get(door).status_code == 404
        assert client.post(door, {"standing": "peer"}).status_code == 404


def test_a_no_holds_for_a_month(asked, door, ana, dee, sign_in):
    place = f"/groups/{ana.group.slug}/applications/{asked.pk}/"
    sign_in(ana).post(place, {"answer": "decline"})
    client = sign_in(dee)
    assert client.post(door, {"standing": "peer"}).status_code == 422
    assert "You can ask again from" in client.get(door).content.decode()
    with time_machine.travel(date.today() + timedelta(days=31)):
        assert sign_in(dee).post(door, {"standing": "peer"}).status_code == 302


def test_one_person_cannot_ask_everywhere_at_once(ana, dee, sign_in, as_member):
    doors = []
    for number in range(Application.MOST_WAITING + 1):
        with isolation.context(person=ana.person_id):
            group = actions.found_group(by=ana.person, kind="organization", name=f"Group {number}", visibility="listed")
            Group.objects.filter(pk=group.pk).update(joining="application")
        doors.append(f"/groups/{group.slug}/join/")
    client = sign_in(dee)
    assert [client.post(door, {"standing": "peer"}).status_code for door in doors] == [302] * 5 + [422]


def test_answers_too_long_or_with_signs_that_cannot_be_stored_come_back(door, dee, sign_in):
    client = sign_in(dee)
    for answer in ("x" * 1001, "a\x00b"):
        page = client.post(door, {"answer_0": answer, "standing": "peer"})
        assert page.status_code == 422
        assert list(page.context["form"].errors) == ["answer_0"]


# --- Answering --------------------------------------------------------------------------------------------------------


def test_a_coordinator_lets_someone_in_once_however_often_it_is_pressed(asked, ana, dee, sign_in, as_member):
    client, place = sign_in(ana), f"/groups/{ana.group.slug}/applications/{asked.pk}/"
    for _ in range(2):
        assert client.post(place, {"answer": "accept"}).status_code == 302
    with as_member(ana):
        joined = Membership.objects.get(person=dee.person, group=ana.group)
        assert joined.standing == "ally"
        assert JournalEntry.objects.filter(verb="accept_application").count() == 1
        assert Application.objects.get().answers == []
        told = Reminder.objects.filter(occasion=Reminder.Occasion.APPLICATION, person=dee.person, channel="in_app")
        assert told.count() == 1


def test_a_yes_stays_a_yes(asked, ana, sign_in, as_member):
    client, place = sign_in(ana), f"/groups/{ana.group.slug}/applications/{asked.pk}/"
    client.post(place, {"answer": "accept"})
    client.post(place, {"answer": "decline"})
    with as_member(ana):
        assert Application.objects.get().state == Application.State.ACCEPTED


def test_a_member_alone_neither_lets_in_nor_declines(asked, ben, sign_in, as_member):
    client, place = sign_in(ben), f"/groups/{ben.group.slug}/applications/{asked.pk}/"
    assert client.post(place, {"answer": "accept"}).status_code == 403
    assert client.post(place, {"answer": "decline"}).status_code == 403
    with as_member(ben), pytest.raises(PermissionDenied):
        actions.accept_application(by=again(ben), application=asked)


def test_enough_members_together_let_someone_in(asked, ben, caro, sign_in):
    place = f"/groups/{ben.group.slug}/applications/{asked.pk}/"
    for _ in range(2):
        sign_in(ben).post(place, {"answer": "back"})  # Pressing twice is being for it once.
    assert "dee" not in members_of(ben.group)
    sign_in(caro).post(place, {"answer": "back"})
    assert "dee" in members_of(ben.group)


@pytest.mark.parametrize(
    ("members", "enough"), [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 3), (50, 3)]
)
def test_how_many_are_enough_shrinks_with_the_group(members, enough):
    assert Group(enough=3).enough_of(members) == enough


def test_when_members_leave_fewer_are_enough_and_what_waited_is_decided(asked, ana, ben, caro, sign_in, as_member):
    with as_member(ana):
        for number in range(3):
            add_member(by=ana, person=make_person(f"more-{number}"), standing="peer")
    place = f"/groups/{ana.group.slug}/applications/{asked.pk}/"
    for member in (ben, caro):
        sign_in(member).post(place, {"answer": "back"})
    assert "dee" not in members_of(ana.group)  # Six members: it takes three.
    for number in range(2):
        leaving = Person.objects.get(handle=f"more-{number}")
        with isolation.context(person=leaving.pk, groups=[ana.group_id]):
            actions.leave_group(by=Membership.objects.select_related("group", "person").get(person=leaving))
    assert "dee" in members_of(ana.group)  # Four are left: two are enough.


def test_members_who_have_not_been_seen_for_long_do_not_hold_the_others_up(asked, ana, ben, as_member):
    long_ago = date.today() - timedelta(days=91)
    with as_member(ana):
        for number in range(9):
            add_member(by=ana, person=make_person(f"gone-{number}"), standing="peer")
        Membership.objects.filter(person__handle__startswith="gone").update(joined_on=long_ago)
        assert len(Membership.objects.ids_here(ana.group)) == 3


def test_whoever_left_is_not_counted(asked, ana, ben, caro, sign_in, as_member):
    sign_in(ben).post(f"/groups/{ana.group.slug}/applications/{asked.pk}/", {"answer": "back"})
    with as_member(ana):
        for number in range(3):
            add_member(by=ana, person=make_person(f"more-{number}"), standing="peer")
        actions.leave_group(by=again(ben))
        assert Application.objects.with_backings().get().behind() == set()
        assert Backing.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_give_one_answer(asked, ana, ben, as_member):
    with as_member(ana):
        actions.set_powers(by=ana, member=ben, powers=["coordinate"])
    ready = threading.Barrier(2)

    def decide(by: Membership, act: Callable[..., object]) -> None:
        ready.wait()
        try:
            with as_member(by):
                act(by=again(by), application=Application.objects.select_related("group").get(pk=asked.pk))
        finally:
            connections["default"].close()

    both = [(ana, actions.accept_application), (ben, actions.decline_application)]
    threads = [threading.Thread(target=decide, args=each) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with as_member(ana):
        state = Application.objects.get().state
        assert JournalEntry.objects.filter(verb__in=["accept_application", "decline_application"]).count() == 1
    assert ("dee" in members_of(ana.group)) == (state == Application.State.ACCEPTED)


def test_the_list_costs_the_same_however_many_ask(door, ana, sign_in, as_member):
    client, place = sign_in(ana), f"/groups/{ana.group.slug}/applications/"

    def asked_by(first: int, last: int) -> int:
        with as_member(ana):
            for number in range(first, last):
                application = Application(group=ana.group, person=make_person(f"asks-{number}"))
                application.answers_json = '[["What?", "This."]]'
                application.save()
        return queries_of(client, place)

    assert asked_by(0, 2) == asked_by(2, 12)


# --- Open doors, and people without an account ------------------------------------------------------------------------


def test_an_open_group_is_joined_in_one_step_and_once(ana, dee, sign_in, as_member):
    with as_member(ana):
        door = set_up(ana, "public", "open")
    client = sign_in(dee)
    for _ in range(2):
        assert client.post(door, {"standing": "peer"}).status_code == 302
    with as_member(ana):
        assert Membership.objects.filter(person=dee.person, group=ana.group).count() == 1


def test_whoever_was_removed_does_not_just_walk_in_again(ana, dee, sign_in, as_member):
    with as_member(ana):
        door = set_up(ana, "public", "open")
        member = add_member(by=ana, person=dee.person, standing="peer")
        Membership.objects.filter(pk=member.pk).update(left_on=date.today(), was_removed=True)
    assert sign_in(dee).post(door, {"standing": "peer"})["Location"] == "/me/applications/"
    assert "dee" not in members_of(ana.group)


def test_a_visitor_makes_an_account_only_where_the_group_says_so(ana, visitor, as_member):
    with as_member(ana):
        door = set_up(ana, "public", "application")
    account = {"username": "zoe", "password1": WORDS, "password2": WORDS}
    assert "Make an account" not in visitor.get(door).content.decode()
    assert visitor.post(f"{door}account/", account).status_code == 404
    assert not Person.objects.filter(handle="zoe").exists()
    with as_member(ana):
        Group.objects.update(takes_sign_ups=True)
    assert "Make an account" in visitor.get(door).content.decode()
    assert visitor.post(f"{door}account/", account)["Location"] == door
    # An account, and nothing more until the group answers.
    assert visitor.get(f"/groups/{ana.group.slug}/").status_code == 404
    assert visitor.post(door, {"answer_0": "Hello.", "standing": "peer"}).status_code == 302


def test_a_new_account_does_not_read_the_names_of_groups_that_are_not_public(ana, dee, sign_in, as_member):
    with as_member(ana):
        set_up(ana, "listed", "application")
    newcomer = make_person("newcomer")
    assert "Night Union" not in sign_in(newcomer).get("/groups/find/").content.decode()
    assert "Night Union" in sign_in(dee).get("/groups/find/").content.decode()
