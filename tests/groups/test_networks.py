"""Asking a network, being let in, leaving: what either side sees of the other, and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from groups.actions import forms, networks
from groups.actions.effects import carry_out
from groups.actions.groups import describe_group
from groups.actions.journal import first_broken_entry
from groups.models import Affiliation, Group, JournalEntry, Membership, Proposal, Reminder
from hrplatform import isolation
from tests.conftest import World


@dataclass
class Adopted:
    """A proposal that members adopted, as far as its effect asks."""

    group_id: UUID
    effect: str
    effect_on: UUID | None = None
    is_adopted: bool = True

    def proves(self, effect: str, on: UUID | None = None) -> bool:
        return self.is_adopted and self.effect == effect and on in (None, self.effect_on)


@pytest.fixture
def network(world: World, as_member) -> Membership:
    """Dee's group founds a network, which Dee coordinates."""
    with as_member(world.dee):
        group = networks.found_network(by=world.dee, name="Four Cities", language="en", time_zone="UTC")
        return Membership.objects.select_related("group", "person").get(group=group)


def ask(world: World, network: Membership, **facts) -> Affiliation:
    decision = Adopted(world.union.pk, "affiliate", network.group_id, **facts)
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        group = Group.objects.get(pk=world.union.pk)
        return networks.ask_to_affiliate(by=world.ana, group=group, network=network.group, decision=decision)


def leave(world: World) -> None:
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        group = Group.objects.get(pk=world.union.pk)
        networks.leave_network(by=world.ana, group=group, decision=Adopted(world.union.pk, "leave_network"))


def accept(network: Membership) -> None:
    with isolation.context(person=network.person_id, groups=[network.group_id]):
        affiliation = Affiliation.objects.open().get(network=network.group)
        networks.accept_affiliation(by=network, affiliation=affiliation)


def as_seen_by(network: Membership) -> Affiliation:
    with isolation.context(person=network.person_id, groups=[network.group_id]):
        return Affiliation.objects.get(network=network.group)


def of_union(world: World) -> Group:
    with isolation.context(groups=[world.union.pk]):
        return Group.objects.get(pk=world.union.pk)


def test_a_network_is_coordinated_by_whoever_founded_it_and_others_see_its_name(world, network, as_member):
    with as_member(world.ana):
        assert Group.objects.get(pk=network.group_id).name == "Four Cities"
    with as_member(network):
        assert network.powers
        assert network.standing == "peer"


def test_a_member_without_power_founds_no_network(world, as_member):
    with as_member(world.ben), pytest.raises(PermissionDenied):
        networks.found_network(by=world.ben, name="Mine")


def test_a_group_asks_is_taken_in_and_leaves_with_all_it_has(world, network, as_member):
    ask(world, network)
    assert of_union(world).network_id is None
    accept(network)
    assert of_union(world).network_id == network.group_id
    with as_member(world.ana):
        members, entries = Membership.objects.count(), JournalEntry.objects.count()
    leave(world)
    assert of_union(world).network_id is None
    with as_member(world.ana):
        assert Membership.objects.count() == members
        assert JournalEntry.objects.count() == entries + 1
        assert first_broken_entry(Group.objects.get(pk=world.union.pk)) is None


def test_both_journals_tell_what_happened(world, network, as_member):
    ask(world, network)
    accept(network)
    with as_member(world.ana):
        verbs = list(JournalEntry.objects.filter(group=world.union).order_by("-number").values_list("verb", flat=True))
    assert verbs[:2] == ["join_network", "ask_to_affiliate"]
    with as_member(network):
        last = JournalEntry.objects.filter(group=network.group).order_by("-number").first()
        assert (last.verb, last.actor) == ("accept_affiliation", network.person_id)


def test_nothing_is_asked_without_a_decision_of_the_members(world, network):
    for facts in ({"is_adopted": False}, {"group_id": uuid4()}, {"effect": "none"}, {"effect_on": uuid4()}):
        decision = Adopted(**{"group_id": world.union.pk, "effect": "affiliate", "effect_on": network.group_id} | facts)
        with (
            isolation.context(person=world.ana.person_id, groups=[world.union.pk]),
            pytest.raises(PermissionDenied),
            transaction.atomic(),
        ):
            networks.ask_to_affiliate(by=world.ana, group=world.union, network=network.group, decision=decision)


def test_asking_twice_is_one_request(world, network):
    assert ask(world, network) == ask(world, network)


def test_two_coordinators_answering_at_once_is_one_answer(world, network, as_member):
    ask(world, network)
    accept(network)
    accept(network)
    with as_member(world.ana):
        assert JournalEntry.objects.filter(group=world.union, verb="join_network").count() == 1
    with as_member(network):
        affiliation = Affiliation.objects.get(network=network.group)
        with pytest.raises(networks.Answered), transaction.atomic():
            networks.decline_affiliation(by=network, affiliation=affiliation)


def test_a_network_that_declines_knows_no_name_afterwards(world, network, as_member):
    with as_member(world.ana):
        describe_group(by=world.ana, visibility="listed")
    ask(world, network)
    assert as_seen_by(network).name == "Night Union"
    with as_member(network):
        networks.decline_affiliation(by=network, affiliation=as_seen_by(network))
    assert as_seen_by(network).name == ""
    assert of_union(world).network_id is None


# --- What is seen -----------------------------------------------------------------------------------------------------


def test_the_network_sees_a_code_and_no_name_of_an_unlisted_group(world, network, as_member):
    ask(world, network)
    accept(network)
    seen = as_seen_by(network)
    assert (seen.name, seen.area) == ("", "")
    assert seen.code
    with as_member(network):
        assert not Group.objects.filter(pk=world.union.pk).exists()
        assert not Membership.objects.filter(group=world.union).exists()


def test_an_unlisted_organization_may_say_its_name_to_the_network_and_take_that_back(world, network, as_member):
    ask(world, network)
    for shows_name, name in ((True, "Night Union"), (False, "")):
        with as_member(world.ana):
            affiliation = Affiliation.objects.get(group=world.union)
            networks.show_name_to_network(by=world.ana, affiliation=affiliation, shows_name=shows_name)
        assert as_seen_by(network).name == name


def test_a_circle_is_counted_and_never_named(world, network, as_member):
    with as_member(world.ana):
        Group.objects.filter(pk=world.union.pk).update(kind="circle")
        world.ana.group.refresh_from_db()
    ask(world, network)
    with as_member(world.ana):
        affiliation = Affiliation.objects.get(group=world.union)
        networks.show_name_to_network(by=world.ana, affiliation=affiliation, shows_name=True)
    assert as_seen_by(network).name == ""


def test_what_the_network_knows_follows_what_the_group_says(world, network, as_member):
    ask(world, network)
    with as_member(world.ana):
        describe_group(by=world.ana, visibility="listed", name="Day Union", area="Bronx")
    assert (as_seen_by(network).name, as_seen_by(network).area) == ("Day Union", "Bronx")
    with as_member(world.ana):
        describe_group(by=world.ana, visibility="unlisted")
    assert as_seen_by(network).name == ""


def test_an_outsider_sees_nothing_of_who_asks_whom(world, network):
    ask(world, network)
    with isolation.context(person=world.ben.person_id):
        assert not Affiliation.objects.exists()


def test_coordinators_of_the_network_are_told_and_the_words_name_nothing(world, network, as_member):
    affiliation = ask(world, network)
    with as_member(network):
        told = Reminder.objects.get(occasion=Reminder.Occasion.APPLICATION, occasion_id=affiliation.pk)
        assert told.person_id == network.person_id


# --- What cannot be ---------------------------------------------------------------------------------------------------


def test_a_network_is_in_no_network(world, network, as_member):
    other = Group(kind="network", name="Other", visibility="listed")
    decision = Adopted(network.group_id, "affiliate", other.pk)
    with as_member(network), pytest.raises(forms.NotPossible):
        networks.ask_to_affiliate(by=network, group=network.group, network=other, decision=decision)
    with as_member(network), pytest.raises(IntegrityError), transaction.atomic():
        Group.objects.filter(pk=network.group_id).update(visibility="unlisted")


def test_a_group_in_a_network_asks_no_other_before_it_has_left(world, network, as_member):
    ask(world, network)
    accept(network)
    with as_member(world.dee):
        other = networks.found_network(by=world.dee, name="Another")
        second = Membership.objects.select_related("group", "person").get(group=other)
    with pytest.raises(forms.NotPossible):
        ask(world, second)
    leave(world)
    assert ask(world, second).state == "asked"


def test_a_request_that_waits_gives_way_to_another(world, network, as_member):
    ask(world, network)
    with as_member(world.dee):
        other = networks.found_network(by=world.dee, name="Another")
        second = Membership.objects.select_related("group", "person").get(group=other)
    ask(world, second)
    assert as_seen_by(network).state == "withdrawn"


def test_only_whoever_coordinates_the_network_answers(world, network, as_member):
    ask(world, network)
    with as_member(network):
        member = Membership.objects.create(group=network.group, person=world.ben.person)
        with pytest.raises(PermissionDenied):
            networks.accept_affiliation(by=member, affiliation=Affiliation.objects.get(network=network.group))


def test_a_group_cannot_take_itself_in(world, network, as_member):
    affiliation = ask(world, network)
    with as_member(world.ana), pytest.raises(Affiliation.DoesNotExist):
        networks.accept_affiliation(by=world.ana, affiliation=affiliation)


# --- By a real proposal -----------------------------------------------------------------------------------------------


def adopted(by: Membership, effect: str, on: UUID | None = None) -> Proposal:
    return Proposal.objects.create(
        group=by.group,
        title="What we do",
        written_by=by,
        effect=effect,
        effect_on=on,
        state=Proposal.State.CLOSED,
        outcome=Proposal.Outcome.ADOPTED,
        opens_at=timezone.now() - timedelta(days=7),
        closes_at=timezone.now(),
        closed_at=timezone.now(),
    )


def test_an_adopted_proposal_is_carried_out_once(world, network, as_member):
    with as_member(world.ana):
        asking = adopted(world.ana, "affiliate", network.group_id)
        assert carry_out(proposal=asking, by=world.ana)
        assert Affiliation.objects.get(group=world.union).state == "asked"
    accept(network)
    with as_member(world.ana):
        group = Group.objects.get(pk=world.union.pk)
        leaving = Proposal.objects.get(pk=adopted(world.ana, "leave_network", network.group_id).pk)
        assert carry_out(proposal=leaving, by=None)
        assert not carry_out(proposal=leaving, by=None)
        group.refresh_from_db()
        assert group.network_id is None
        assert carry_out(proposal=adopted(world.ana, "allies_vote"), by=world.ana)
        assert carry_out(proposal=adopted(world.ana, "convert"), by=world.ana)
        group.refresh_from_db()
        assert (group.allies_vote, group.kind) == (True, "circle")


def test_what_is_not_possible_now_waits_and_breaks_nothing(world, network, as_member):
    ask(world, network)
    accept(network)
    with as_member(world.dee):
        other = networks.found_network(by=world.dee, name="Another")
    with as_member(world.ana):
        asking = adopted(world.ana, "affiliate", other.pk)
        assert not carry_out(proposal=asking, by=world.ana)
        assert asking.carried_out_at is None


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_of_a_network_who_answer_at_the_same_moment_give_one_answer(world, network, as_member):
    affiliation = ask(world, network)
    ready = Barrier(2)

    def press(answer) -> str:
        try:
            with as_member(network):
                ready.wait(10)
                by = Membership.objects.select_related("group").get(pk=network.pk)
                answer(by=by, affiliation=affiliation)
        except networks.Answered:
            return "answered"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as both:
        pressed = [both.submit(press, each) for each in (networks.accept_affiliation, networks.decline_affiliation)]
        assert sorted(each.result() for each in pressed) == ["answered", "done"]
    assert (of_union(world).network_id is not None) == (as_seen_by(network).state == "accepted")
