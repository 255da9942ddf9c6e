"""Members choose who holds a role: candidates stand, a ranking fills the places, the role is theirs at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from groups import actions
from groups.models import Membership, Option, Proposal, Role, RoleTerm
from groups.tasks import keep_time_of_decisions
from tests.conftest import World

As = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def role(world: World, as_member: As) -> Role:
    with as_member(world.ana):
        return Role.objects.create(group=world.union, name="Keeper of the van", powers=["keep_stock"])


@pytest.fixture
def election(world: World, role: Role, sign_in: Callable[..., Client], as_member: As) -> Proposal:
    address = f"/groups/{world.union.slug}/proposals/new/?effect=fill_role&on={role.pk}"
    form = {
        "title": "Who keeps the van",
        "text": "",
        "seats": "2",
        "term_ends_on": str(date.today() + timedelta(days=365)),
        "vote_days": "7",
        "discuss_days": "7",
        "quorum_percent": "0",
        "is_secret": "on",
        "key": "7f1f4e1e-0b6e-4f43-9a3e-0f6f3a1f7a02",
    }
    answer = sign_in(world.ana).post(address, form)
    assert answer.status_code == 302, answer.context["form"].errors
    with as_member(world.ana):
        return Proposal.objects.select_related("group").get(effect_on=role.pk)


def test_candidates_stand_or_are_asked_and_accept_and_the_winners_hold_the_role(
    world: World, election: Proposal, role: Role, sign_in: Callable[..., Client], as_member: As
) -> None:
    address = election.get_absolute_url()
    ana, ben, caro = sign_in(world.ana), sign_in(world.ben), sign_in(world.caro)
    assert ana.post(f"{address}open/", follow=True).status_code == 200
    ben.post(f"{address}stand/", {"answer": "stand"})
    ben.post(f"{address}stand/", {"answer": "stand"})
    assert ana.post(f"{address}ask/", {"member": str(world.caro.pk)}).status_code == 302
    assert ana.post(f"{address}ask/", {"member": str(world.dee.pk)}).status_code == 422
    assert "You were asked to stand." in caro.get(address).content.decode()
    caro.post(f"{address}stand/", {"answer": "stand"})
    ana.post(f"{address}stand/", {"answer": "stand"})
    ana.post(f"{address}open/")
    with as_member(world.ana):
        numbers = dict(Option.objects.filter(proposal=election).values_list("membership", "position"))
    ben_first = {f"option_{numbers[world.ben.pk]}": "1", f"option_{numbers[world.caro.pk]}": "2"}
    for each in (ana, ben):
        assert each.post(f"{address}vote/", ben_first).status_code == 302
    assert caro.post(f"{address}vote/", {f"option_{numbers[world.caro.pk]}": "1"}).status_code == 302
    assert ben.post(f"{address}stand/", {"answer": "no"}).status_code == 302
    assert ana.post(f"{address}close/").status_code == 302
    page = ben.get(address).content.decode()
    assert "Elected: ben, caro." in page
    assert "The quota is 2 votes" in page
    with as_member(world.ana):
        terms = RoleTerm.objects.filter(role=role)
        assert sorted(term.membership.person.handle for term in terms) == ["ben", "caro"]
        assert {(term.chosen_by, term.ends_on) for term in terms} == {("election", date.today() + timedelta(days=365))}
        assert Proposal.objects.get(pk=election.pk).carried_out_at is not None


def test_who_was_asked_and_said_nothing_is_not_on_the_ballot(world: World, election: Proposal, as_member: As) -> None:
    with as_member(world.ana):
        actions.ask_candidate(by=world.ana, proposal=election, member=world.caro)
        actions.stand_for_election(by=world.ben, proposal=election)
        actions.open_proposal(by=world.ana, proposal=election)
        assert list(Option.objects.values_list("membership", flat=True)) == [world.ben.pk]
        with pytest.raises(actions.TooLate):
            actions.stand_for_election(by=world.caro, proposal=election)


def test_an_election_in_which_nobody_stands_waits_for_somebody(world: World, election: Proposal, as_member: As) -> None:
    with as_member(world.ana), pytest.raises(actions.NobodyStands):
        actions.open_proposal(by=world.ana, proposal=election)
    with time_machine.travel(timezone.now() + timedelta(days=7, hours=1)):
        keep_time_of_decisions()
        with as_member(world.ana):
            now = Proposal.objects.get(pk=election.pk)
            assert now.is_draft
            assert now.opens_at > timezone.now()


def test_a_circle_has_no_roles_to_elect_and_another_groups_role_is_not_there(
    world: World, role: Role, sign_in: Callable[..., Client]
) -> None:
    foreign = f"/groups/{world.elsewhere.slug}/proposals/new/?effect=fill_role&on={role.pk}"
    assert sign_in(world.dee).get(foreign).status_code == 404


def test_a_winner_who_left_meanwhile_gets_no_role(world: World, election: Proposal, role: Role, as_member: As) -> None:
    with as_member(world.ana):
        actions.stand_for_election(by=world.ben, proposal=election)
        actions.open_proposal(by=world.ana, proposal=election)
        for voter in (world.ana, world.ben, world.caro):
            actions.cast_ballot(by=voter, proposal=election, choice=[1])
        actions.leave_group(by=Membership.objects.select_related("group", "person").get(pk=world.ben.pk))
        actions.close_early(by=world.ana, proposal=election)
        closed = Proposal.objects.select_related("group").get(pk=election.pk)
        assert closed.waits_to_be_carried_out
        assert not RoleTerm.objects.filter(role=role).exists()
