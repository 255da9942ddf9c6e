"""Who may do what: given in the open, for a time, and never leaving a group with nobody able to act."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connections

from groups import actions
from groups.models import Group, JournalEntry, Membership, Power, RoleTerm
from hrplatform import isolation
from tests.conftest import make_person


def again(membership: Membership) -> Membership:
    return Membership.objects.select_related("group", "person").get(pk=membership.pk)


def test_in_a_circle_every_member_has_every_power(db):
    person = make_person("kim")
    with isolation.context(person=person.pk):
        circle = actions.found_group(by=person, kind="circle", name="Kitchen table")
        assert Membership.objects.get(group=circle).powers == frozenset(Power)
        assert circle.visibility == Group.Visibility.UNLISTED


def test_the_founder_of_an_organization_coordinates_it(ana, as_member):
    with as_member(ana):
        assert again(ana).has_power(Power.COORDINATE)


def test_a_member_has_no_power_until_it_is_given(ben, as_member):
    with as_member(ben):
        assert again(ben).powers == frozenset()


def test_a_coordinator_gives_and_takes_powers_on_a_page(ana, ben, sign_in, as_member):
    client, place = sign_in(ana), f"/groups/{ana.group.slug}/members/{ben.pk}/powers/"
    client.post(place, {"powers": ["keep_stock", "treasurer"]})
    with as_member(ana):
        assert again(ben).powers == {Power.KEEP_STOCK, Power.TREASURER}
    client.post(place, {"powers": ["treasurer"]})
    with as_member(ana):
        assert again(ben).powers == {Power.TREASURER}


def test_a_term_that_is_over_hands_the_power_back_by_itself(ana, ben, as_member):
    with as_member(ana):
        actions.set_powers(by=ana, member=ben, powers=[Power.TREASURER], until=date.today() + timedelta(days=30))
        assert again(ben).has_power(Power.TREASURER)
        with time_machine.travel(date.today() + timedelta(days=31)):
            assert not again(ben).has_power(Power.TREASURER)


def test_the_last_coordinator_cannot_give_the_power_away(ana, sign_in, as_member):
    place = f"/groups/{ana.group.slug}/members/{ana.pk}/powers/"
    answer = sign_in(ana).post(place, {"powers": ["treasurer"]})
    assert answer.status_code == 422
    assert "Nobody else coordinates" in answer.content.decode()
    with as_member(ana):
        assert again(ana).has_power(Power.COORDINATE)


def test_with_a_second_coordinator_the_first_can_leave(ana, ben, sign_in, as_member):
    with as_member(ana):
        actions.set_powers(by=ana, member=ben, powers=[Power.COORDINATE])
    client = sign_in(ana)
    assert client.post(f"/groups/{ana.group.slug}/leave/").status_code == 302
    assert client.get(f"/groups/{ana.group.slug}/").status_code == 404
    with as_member(ben):
        assert not RoleTerm.objects.current().filter(membership=ana).exists()


def test_a_member_without_the_power_cannot_use_the_action_either(ben, ana, as_member):
    with as_member(ben), pytest.raises(PermissionDenied):
        actions.set_powers(by=again(ben), member=ben, powers=[Power.COORDINATE])


def test_saving_the_same_powers_again_writes_nothing(ana, caro, as_member):
    with as_member(ana):
        before = RoleTerm.objects.count()
        actions.set_powers(by=ana, member=caro, powers=[Power.LOG_OUTREACH])
        assert RoleTerm.objects.count() == before


def test_a_group_is_found_in_the_list_and_described_by_who_coordinates(ana, sign_in, visitor, as_member):
    facts = {
        "name": "Night Union", "area": "The Bronx", "about": "We hand out at night.", "how_to_reach": "Green lamp",
        "visibility": "public", "origin": "self_organized", "language": "en", "time_zone": "America/New_York",
    }  # fmt: skip
    assert "The Bronx" not in visitor.get("/en/near/").content.decode()
    assert sign_in(ana).post(f"/groups/{ana.group.slug}/edit/", facts).status_code == 302
    page = visitor.get("/en/near/").content.decode()
    assert "The Bronx" in page
    assert "Green lamp" in page


def test_what_was_typed_wrong_comes_back_with_a_sentence(ana, sign_in):
    answer = sign_in(ana).post("/groups/found/", {"kind": "organization", "name": "", "time_zone": "Moon/Base"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Not saved yet" in page
    assert 'value="organization"' in page


def test_the_same_powers_with_another_end_are_held_until_then(ana, ben, sign_in, as_member):
    client, place = sign_in(ana), f"/groups/{ana.group.slug}/members/{ben.pk}/powers/"
    sooner, later = (date.today() + timedelta(days=days) for days in (10, 20))
    for until in (sooner, later):
        assert client.post(place, {"powers": ["treasurer"], "until": until.isoformat()}).status_code == 302
        assert f'value="{until.isoformat()}"' in client.get(place).content.decode()
    with as_member(ana):
        assert [term.ends_on for term in RoleTerm.objects.current().filter(membership=ben)] == [later]


@pytest.mark.parametrize("until", ["today", "2020-01-01", "0000-01-01", "31/31/2030", "soon"])
def test_an_end_that_cannot_be_is_refused_and_nothing_changes(until, ana, ben, sign_in, as_member):
    until = date.today().isoformat() if until == "today" else until
    place = f"/groups/{ana.group.slug}/members/{ben.pk}/powers/"
    answer = sign_in(ana).post(place, {"powers": ["treasurer"], "until": until})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["until"]
    with as_member(ana):
        assert again(ben).powers == frozenset()


def test_the_only_coordinator_can_hold_the_power_for_a_time(ana, sign_in, as_member):
    """On that day the members are asked who takes the group on."""
    place = f"/groups/{ana.group.slug}/members/{ana.pk}/powers/"
    until = date.today() + timedelta(days=9)
    assert sign_in(ana).post(place, {"powers": list(Power), "until": until.isoformat()}).status_code == 302
    with as_member(ana):
        assert RoleTerm.objects.current().get(membership=ana).ends_on == until


def test_the_only_coordinator_can_leave_and_the_others_can_take_the_group_on(ana, ben, sign_in, as_member):
    assert sign_in(ana).post(f"/groups/{ana.group.slug}/leave/").status_code == 302
    with as_member(ben):
        assert again(ana).left_on == date.today()
        assert Group.objects.get(pk=ben.group_id).without_coordinator_since == date.today()


def test_everybody_in_the_group_sees_who_holds_what(ana, ben, caro, sign_in):
    page = sign_in(ben).get(f"/groups/{ana.group.slug}/members/").content.decode()
    assert "Coordinator" in page
    assert "Log outreach" in page
    assert "/powers/" not in page


def test_a_power_nobody_has_heard_of_is_refused(ana, ben, sign_in):
    place = f"/groups/{ana.group.slug}/members/{ben.pk}/powers/"
    assert sign_in(ana).post(place, {"powers": ["everything"]}).status_code == 422


def test_whoever_left_holds_nothing_and_cannot_be_given_anything(ana, ben, sign_in, as_member):
    with as_member(ana):
        actions.set_powers(by=ana, member=ben, powers=[Power.TREASURER])
        actions.leave_group(by=ben)
        assert again(ben).powers == frozenset()
    place = f"/groups/{ana.group.slug}/members/{ben.pk}/powers/"
    assert sign_in(ana).post(place, {"powers": ["treasurer"]}).status_code == 404


def test_the_last_member_of_all_can_leave(dee, sign_in):
    assert sign_in(dee).post(f"/groups/{dee.group.slug}/leave/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_who_leave_at_the_same_moment_start_one_takeover(ana, ben, caro, as_member):
    with as_member(ana):
        actions.set_powers(by=ana, member=ben, powers=[Power.COORDINATE])
    ready = threading.Barrier(2)

    def leave(membership: Membership) -> None:
        ready.wait()
        try:
            with as_member(membership):
                actions.leave_group(by=again(membership))
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=leave, args=[each]) for each in (ana, ben)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with as_member(caro):
        assert not Membership.objects.coordinators(caro.group).exists()
        assert JournalEntry.objects.filter(verb="start_takeover").count() == 1
