"""Votes on paper and by phone: two tellers, each alone; counted when both say the same; nobody votes twice."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from groups import actions
from groups.actions.memberships import add_member
from groups.models import Ballot, Membership, Participation, Proposal, TellerEntry
from tests.conftest import World, make_person

As = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def paper_voters(world: World, as_member: As) -> list[Membership]:
    with as_member(world.ana):
        people = [make_person(handle) for handle in ("eva", "fay")]
        return [add_member(by=world.ana, person=person, standing="peer") for person in people]


@pytest.fixture(params=[True, False], ids=["secret", "open"])
def proposal(request: Any, world: World, paper_voters: list[Membership], as_member: As) -> Proposal:
    now = timezone.now()
    with as_member(world.ana):
        return actions.propose(
            by=world.ana,
            title="Soup",
            method="majority",
            opens_at=now,
            closes_at=now + timedelta(days=3),
            is_secret=request.param,
        )


@pytest.fixture
def entered(proposal: Proposal, as_member: As, world: World, paper_voters: list[Membership]) -> Callable[..., Any]:
    def form(yes: int = 1, no: int = 1, voters: list[Membership] | None = None) -> dict[str, Any]:
        with as_member(world.ana):
            rows = Participation.objects.filter(proposal=proposal, membership__in=voters or paper_voters)
            ticked = [str(row.pk) for row in rows]
        return {"count_yes": str(yes), "count_no": str(no), "count_abstain": "0", "voters": ticked}

    return form


def test_one_entry_counts_nothing_and_two_equal_ones_count_once(
    world: World,
    proposal: Proposal,
    entered: Callable[..., Any],
    paper_voters: list[Membership],
    sign_in: Callable[..., Client],
    as_member: As,
) -> None:
    address = f"{proposal.get_absolute_url()}paper/"
    assert sign_in(world.ben).post(address, entered()).status_code == 302
    with as_member(world.ana):
        assert not Ballot.objects.exists()
    assert sign_in(world.ben).post(address, entered()).status_code == 302
    with as_member(world.ana):
        assert not Ballot.objects.exists()
    assert sign_in(world.caro).post(address, entered()).status_code == 302
    with as_member(world.ana):
        assert sorted(ballot.chosen for ballot in Ballot.objects.select_related("group")) == ["no", "yes"]
        assert set(Ballot.objects.values_list("membership", flat=True)) == {None}
        took_part = Participation.objects.filter(took_part=True).values_list("membership", flat=True)
        assert set(took_part) == {voter.pk for voter in paper_voters}
        assert not TellerEntry.objects.exists()
    with as_member(paper_voters[0]), pytest.raises(actions.AlreadyVoted):
        actions.cast_ballot(by=paper_voters[0], proposal=proposal, choice="yes")


def test_a_difference_is_shown_to_settle_and_a_correction_counts(
    world: World, proposal: Proposal, entered: Callable[..., Any], sign_in: Callable[..., Client], as_member: As
) -> None:
    address = f"{proposal.get_absolute_url()}paper/"
    sign_in(world.ben).post(address, entered(yes=2, no=0))
    before = sign_in(world.caro).get(address).content.decode()
    assert "You see it when you have entered yours" in before
    sign_in(world.caro).post(address, entered(yes=1, no=1))
    page = sign_in(world.caro).get(address).content.decode()
    assert "You and ben differ" in page
    with as_member(world.ana):
        assert not Ballot.objects.exists()
    sign_in(world.ben).post(address, entered(yes=1, no=1))
    with as_member(world.ana):
        assert Ballot.objects.count() == 2


def test_ballots_and_people_must_be_as_many(
    world: World, proposal: Proposal, entered: Callable[..., Any], sign_in: Callable[..., Client]
) -> None:
    answer = sign_in(world.ben).post(f"{proposal.get_absolute_url()}paper/", entered(yes=3, no=1))
    assert answer.status_code == 422
    assert "You entered 4 ballots and ticked 2 people." in answer.content.decode()


def test_who_voted_here_meanwhile_is_not_counted_on_paper(
    world: World,
    proposal: Proposal,
    entered: Callable[..., Any],
    paper_voters: list[Membership],
    sign_in: Callable[..., Client],
    as_member: As,
) -> None:
    form = entered()
    sign_in(world.ben).post(f"{proposal.get_absolute_url()}paper/", form)
    with as_member(paper_voters[0]):
        actions.cast_ballot(by=paper_voters[0], proposal=proposal, choice="no")
    assert sign_in(world.caro).post(f"{proposal.get_absolute_url()}paper/", form).status_code == 422
    with as_member(world.ana):
        assert Ballot.objects.count() == 1


def test_votes_cast_here_stay_when_paper_is_counted(
    world: World, proposal: Proposal, entered: Callable[..., Any], sign_in: Callable[..., Client], as_member: As
) -> None:
    with as_member(world.ana):
        actions.cast_ballot(by=world.ana, proposal=proposal, choice="abstain")
    for teller in (world.ben, world.caro):
        sign_in(teller).post(f"{proposal.get_absolute_url()}paper/", entered())
    with as_member(world.ana):
        chosen = sorted(ballot.chosen for ballot in Ballot.objects.select_related("group"))
        assert chosen == ["abstain", "no", "yes"]
        own = Ballot.objects.filter(membership=world.ana).count()
        assert own == (0 if proposal.is_secret else 1)


@pytest.mark.parametrize("lines", ["1 1", "9", "a b", "1" * 50, "1 2 3 4"])
def test_a_line_that_is_no_ballot_is_said(
    lines: str, world: World, sign_in: Callable[..., Client], as_member: As
) -> None:
    now = timezone.now()
    with as_member(world.ana):
        rank = actions.propose(
            by=world.ana,
            title="Where",
            method="ranked",
            options=["Here", "There"],
            opens_at=now,
            closes_at=now + timedelta(days=1),
        )
        row = Participation.objects.get(proposal=rank, membership=world.ana)
    answer = sign_in(world.ben).post(f"{rank.get_absolute_url()}paper/", {"ballots": lines, "voters": [str(row.pk)]})
    assert answer.status_code == 422
    assert "ballots" in answer.context["form"].errors
