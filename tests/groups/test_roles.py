"""Roles are made, given, trusted, elected, and go back by themselves; the group hears of it beforehand."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from groups import actions
from groups.actions.memberships import add_member
from groups.models import JournalEntry, Membership, Offer, Power, Proposal, Reminder, Role, RoleTerm
from groups.tasks import look_after_roles
from hrplatform import isolation
from tests.conftest import make_person
from tests.query_counts import queries_of

AsMember = Callable[[Membership], AbstractContextManager[None]]
ROLE = {"name": "Treasurer", "powers": ["treasurer"], "term_months": "6", "trusted_by": "2"}


def again(membership: Membership) -> Membership:
    return Membership.objects.select_related("group", "person").get(pk=membership.pk)


@pytest.fixture
def role(ana: Membership, as_member: AsMember) -> Role:
    with as_member(ana):
        return actions.make_role(by=ana, name="Treasurer", powers=["treasurer"], term_months=6, trusted_by=2)


def adopted(effect: str, on: UUID, group: UUID) -> Proposal:
    """What members have decided."""
    closed, yes = Proposal.State.CLOSED, Proposal.Outcome.ADOPTED
    return Proposal(group_id=group, effect=effect, effect_on=on, state=closed, outcome=yes)


# --- Making -----------------------------------------------------------------------------------------------------------


def test_a_coordinator_makes_a_role_and_gives_it(ana, ben, sign_in, as_member):
    client, place = sign_in(ana), f"/groups/{ana.group.slug}/roles/"
    assert client.post(f"{place}new/", ROLE).status_code == 302
    with as_member(ana):
        role = Role.objects.get(name="Treasurer")
    until = date.today() + timedelta(days=40)
    given = {"member": str(ben.pk), "until": until.isoformat()}
    for _ in range(2):
        assert client.post(f"{place}{role.pk}/give/", given).status_code == 302
    with as_member(ana):
        assert again(ben).powers == {Power.TREASURER}
        assert RoleTerm.objects.filter(membership=ben).count() == 1
    page = sign_in(ben).get(place).content.decode()
    assert "Treasurer" in page
    assert "ben" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"name": "Coordinator"},
        {"powers": ["everything"]},
        {"term_months": "0"},
        {"term_months": "9" * 40},
        {"trusted_by": "-1"},
    ],
)
def test_a_role_that_cannot_be_is_refused_at_its_field(wrong, ana, sign_in):
    answer = sign_in(ana).post(f"/groups/{ana.group.slug}/roles/new/", {**ROLE, **wrong})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(wrong)


def test_a_role_is_given_to_members_of_this_group_only(ana, dee, role, sign_in):
    place = f"/groups/{ana.group.slug}/roles/{role.pk}/give/"
    for member in (str(dee.pk), "nobody", ""):
        assert sign_in(ana).post(place, {"member": member}).status_code == 422


def test_a_change_of_a_role_holds_for_who_holds_it(ana, ben, role, sign_in, as_member):
    with as_member(ana):
        actions.give_role(by=ana, role=role, member=ben)
    form = {**ROLE, "powers": ["treasurer", "see_reports"]}
    assert sign_in(ana).post(f"/groups/{ana.group.slug}/roles/{role.pk}/", form).status_code == 302
    with as_member(ana):
        assert again(ben).powers == {Power.TREASURER, Power.SEE_REPORTS}


def test_the_last_role_that_coordinates_keeps_that_power(ana, sign_in, as_member):
    with as_member(ana):
        role = Role.objects.get(name="Coordinator")
    form = {**ROLE, "name": "Coordinator"}
    answer = sign_in(ana).post(f"/groups/{ana.group.slug}/roles/{role.pk}/", form)
    assert answer.status_code == 422
    with as_member(ana):
        assert again(ana).has_power(Power.COORDINATE)


def test_a_role_that_nobody_holds_is_given_up_and_its_name_is_free_again(ana, ben, role, sign_in, as_member):
    client, place = sign_in(ana), f"/groups/{ana.group.slug}/roles/"
    with as_member(ana):
        term = actions.give_role(by=ana, role=role, member=ben)
    client.post(f"{place}{role.pk}/give-up/")
    with as_member(ana):
        assert Role.objects.get(pk=role.pk).is_in_use
        RoleTerm.objects.filter(pk=term.pk).update(starts_on=date.today() - timedelta(days=30))
        actions.hand_back(by=again(ben), term=term)
    client.post(f"{place}{role.pk}/give-up/")
    assert client.get(f"{place}{role.pk}/").status_code == 404
    assert client.post(f"{place}new/", ROLE).status_code == 302
    assert "Treasurer: ben" in client.get(f"/groups/{ana.group.slug}/terms/").content.decode()


# --- Trust ------------------------------------------------------------------------------------------------------------


def test_enough_members_trust_someone_and_the_term_begins(ana, ben, caro, role, sign_in, as_member):
    with as_member(ana):
        for number in range(3):
            add_member(by=ana, person=make_person(f"more-{number}"), standing="peer")
    place = f"/groups/{ana.group.slug}"
    for _ in range(2):
        sign_in(ben).post(f"{place}/roles/{role.pk}/offer/")
    with as_member(ana):
        offer = Offer.objects.get()
    sign_in(ben).post(f"{place}/offers/{offer.pk}/back/")  # Nobody is asked to trust themselves.
    for _ in range(2):
        sign_in(ana).post(f"{place}/offers/{offer.pk}/back/")
    with as_member(ana):
        assert again(ben).powers == frozenset()
    sign_in(caro).post(f"{place}/offers/{offer.pk}/back/")
    with as_member(ana):
        term = RoleTerm.objects.get(membership=ben)
        assert term.chosen_by == RoleTerm.ChosenBy.TRUST
        assert term.ends_on == role.term_from(date.today())
        assert again(ben).powers == {Power.TREASURER}


@pytest.mark.parametrize(("others", "needed"), [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (9, 2)])
def test_how_many_have_to_trust_shrinks_with_the_group(others, needed):
    assert Role(trusted_by=2).trust_needed(others) == needed


def test_a_role_that_is_not_given_by_trust_cannot_be_offered_to_oneself(ana, ben, sign_in, as_member):
    with as_member(ana):
        role = Role.objects.get(name="Coordinator")
    assert sign_in(ben).post(f"/groups/{ben.group.slug}/roles/{role.pk}/offer/").status_code == 403


def test_an_offer_is_taken_back_by_who_made_it(ben, caro, role, sign_in, as_member):
    with as_member(ben):
        offer = actions.offer_to_hold(by=again(ben), role=role)
    place = f"/groups/{ben.group.slug}/offers/{offer.pk}"
    assert sign_in(caro).post(f"{place}/withdraw/").status_code == 403
    sign_in(ben).post(f"{place}/withdraw/")
    sign_in(caro).post(f"{place}/back/")
    with as_member(ben):
        assert Offer.objects.get().state == Offer.State.WITHDRAWN
        assert again(ben).powers == frozenset()


def test_an_old_offer_lapses(ben, role, as_member):
    with as_member(ben):
        actions.offer_to_hold(by=again(ben), role=role)
    with time_machine.travel(date.today() + timedelta(days=61)):
        look_after_roles()
    with as_member(ben):
        assert Offer.objects.get().state == Offer.State.LAPSED


def test_what_members_gave_by_vote_is_not_for_one_coordinator_to_take(ana, ben, role, sign_in, as_member):
    with as_member(ana):
        decision = adopted("fill_role", role.pk, role.group_id)
        actions.begin_elected_terms(by=None, proposal=decision, winners=[again(ben)])
        term = RoleTerm.objects.get(membership=ben)
        with pytest.raises(actions.HeldByVote):
            actions.hand_back(by=ana, term=term)
        with pytest.raises(actions.HeldByVote):
            actions.set_powers(by=ana, member=ben, powers=[])
    form = {"powers": ["log_outreach"]}
    answer = sign_in(ana).post(f"/groups/{ana.group.slug}/members/{ben.pk}/powers/", form)
    assert answer.status_code == 422
    assert "by vote" in answer.content.decode()
    sign_in(ben).post(f"/groups/{ana.group.slug}/terms/{term.pk}/hand-back/")
    with as_member(ana):
        assert again(ben).powers == frozenset()


# --- Elections --------------------------------------------------------------------------------------------------------


def test_an_election_hands_the_role_over(ana, ben, caro, role, as_member):
    with as_member(ana):
        actions.give_role(by=ana, role=role, member=caro)
        decision = adopted("fill_role", role.pk, role.group_id)
        actions.begin_elected_terms(by=None, proposal=decision, winners=[again(ben)])
        assert again(ben).powers == {Power.TREASURER}
        assert again(caro).powers == {Power.LOG_OUTREACH}
        assert RoleTerm.objects.get(membership=ben).ends_on == role.term_from(date.today())


@pytest.mark.parametrize("effect", ["none", "remove_member"])
def test_without_a_decision_about_it_nobody_is_elected(effect, ana, ben, role, as_member):
    decision = adopted(effect, role.pk, role.group_id)
    with as_member(ana), pytest.raises(PermissionDenied):
        actions.begin_elected_terms(by=None, proposal=decision, winners=[again(ben)])


# --- Ends, told beforehand --------------------------------------------------------------------------------------------


def endings(group: object) -> list[tuple[str, int]]:
    with isolation.context(groups=[group]):
        rows = Reminder.objects.filter(occasion=Reminder.Occasion.TERM_ENDING, channel="in_app")
        return sorted(rows.values_list("person__handle", "edition"))


def test_the_group_hears_two_weeks_and_two_days_before_a_term_ends_each_once(ana, ben, caro, role, as_member):
    ends = date.today() + timedelta(days=30)
    with as_member(ana):
        actions.give_role(by=ana, role=role, member=ben, until=ends)
    look_after_roles()
    assert endings(ana.group_id) == []
    for days in (14, 13, 9, 3):
        with time_machine.travel(ends - timedelta(days=days)):
            look_after_roles()
            look_after_roles()
    everyone = ["ana", "ben", "caro"]
    assert endings(ana.group_id) == [(handle, 1) for handle in everyone]
    with as_member(ana):
        Reminder.objects.update(sent_at=timezone.now())
    for days in (2, 1):
        with time_machine.travel(ends - timedelta(days=days)):
            look_after_roles()
    assert endings(ana.group_id) == [(handle, edition) for handle in everyone for edition in (1, 2)]


# --- Nobody coordinates -----------------------------------------------------------------------------------------------


def test_the_last_coordinators_term_ends_and_the_members_are_asked_once(ana, ben, caro, as_member, sign_in):
    ends = date.today() + timedelta(days=5)
    with as_member(ana):
        actions.set_powers(by=ana, member=ana, powers=list(Power), until=ends)
    with time_machine.travel(ends):
        for _ in range(2):
            look_after_roles()
        with as_member(ben):
            told = Reminder.objects.filter(occasion=Reminder.Occasion.TAKEOVER, channel="in_app")
            assert told.count() == 3
            assert JournalEntry.objects.filter(verb="start_takeover").count() == 1
        assert "Nobody coordinates this group" in sign_in(ben).get(f"/groups/{ben.group.slug}/").content.decode()


def test_enough_members_take_a_group_on(ana, ben, caro, sign_in, as_member):
    with as_member(ana):
        others = [add_member(by=ana, person=make_person(f"more-{number}"), standing="peer") for number in range(2)]
    sign_in(ana).post(f"/groups/{ana.group.slug}/leave/")
    place = f"/groups/{ana.group.slug}/takeover/"
    client = sign_in(ben)
    for _ in range(2):
        assert client.post(place)["Location"] == place  # Four are left: it takes two.
    with as_member(ben):
        assert not again(ben).has_power(Power.COORDINATE)
        offer = Offer.objects.get()
    sign_in(caro).post(f"/groups/{ben.group.slug}/offers/{offer.pk}/back/")
    with as_member(ben):
        assert again(ben).has_power(Power.COORDINATE)
        term = RoleTerm.objects.current().get(membership=ben)
        assert term.chosen_by == RoleTerm.ChosenBy.TAKEN_ON
        assert term.ends_on == date.today() + timedelta(days=90)
        assert again(ben).group.without_coordinator_since is None
    # It is over: whoever comes now finds the group looked after.
    assert sign_in(others[0]).post(place)["Location"] == f"/groups/{ben.group.slug}/"


def test_one_of_two_who_are_left_takes_it_on_alone(ana, ben, sign_in, as_member):
    sign_in(ana).post(f"/groups/{ana.group.slug}/leave/")
    sign_in(ben).post(f"/groups/{ana.group.slug}/takeover/")
    with as_member(ben):
        assert again(ben).has_power(Power.COORDINATE)


def test_two_offers_to_take_it_on_make_one_coordinator(ana, ben, caro, sign_in, as_member):
    with as_member(ana):
        for number in range(2):
            add_member(by=ana, person=make_person(f"more-{number}"), standing="peer")
    sign_in(ana).post(f"/groups/{ana.group.slug}/leave/")
    for member in (ben, caro):
        sign_in(member).post(f"/groups/{ana.group.slug}/takeover/")
    with as_member(ben):
        first, second = Offer.objects.order_by("membership__person__handle")
    helper = make_person("more-9")
    for offer, handle in ((first, "more-0"), (second, "more-1")):
        person = type(helper).objects.get(handle=handle)
        sign_in(person).post(f"/groups/{ben.group.slug}/offers/{offer.pk}/back/")
    with as_member(ben):
        assert Membership.objects.coordinators(ben.group).count() == 1


def test_handing_back_the_last_coordination_asks_the_members(ana, ben, sign_in, as_member):
    with as_member(ana):
        term = RoleTerm.objects.get(membership=ana)
    sign_in(ana).post(f"/groups/{ana.group.slug}/terms/{term.pk}/hand-back/")
    with as_member(ben):
        assert not Membership.objects.coordinators(ben.group).exists()
        assert Reminder.objects.filter(occasion=Reminder.Occasion.TAKEOVER, channel="in_app").count() == 3


def test_a_group_with_a_coordinator_cannot_be_taken_on(ben, sign_in, as_member):
    assert sign_in(ben).post(f"/groups/{ben.group.slug}/takeover/").status_code == 302
    with as_member(ben):
        assert not Offer.objects.exists()


# --- Lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("listed", ["roles", "terms", "members"])
def test_lists_cost_the_same_however_long(listed, ana, sign_in, as_member):
    client: Client = sign_in(ana)
    place = f"/groups/{ana.group.slug}/{listed}/"

    def cost(first: int, last: int) -> int:
        with as_member(ana):
            for number in range(first, last):
                member = add_member(by=ana, person=make_person(f"more-{number:02}"), standing="peer")
                role = actions.make_role(by=ana, name=f"Role {number}", powers=["treasurer"], trusted_by=3)
                actions.give_role(by=ana, role=role, member=member)
                actions.offer_to_hold(by=again(member), role=role)
        return queries_of(client, place)

    assert cost(0, 2) == cost(2, 12)
