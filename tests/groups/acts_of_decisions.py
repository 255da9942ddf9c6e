"""Acts around decisions and agreements, for tests/test_journal.py: (who acted, the verb, on what)."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from groups.actions import agreements, ballots, candidates, comments, effects, proposals, roles, tellers
from groups.models import Agreement, Membership, Power, Proposal
from tests.conftest import World

CANARY = "canary-words-7391"
Act = Callable[[World], tuple[Membership | None, str, Any]]


def proposed(world: World, *, talk_first: bool = False, **facts: Any) -> Proposal:
    now = timezone.now()
    opens_at = now + timedelta(days=1) if talk_first else now
    wanted = {"title": CANARY, "text": CANARY, "method": "consent", **facts}
    made = proposals.propose(by=world.ana, opens_at=opens_at, closes_at=opens_at + timedelta(days=2), **wanted)
    return Proposal.objects.select_related("group").get(pk=made.pk)


def decided(world: World, **facts: Any) -> Proposal:
    """By the consent of everyone who may vote."""
    proposal = proposed(world, **facts)
    for voter in Membership.objects.voters(world.union).select_related("person", "group"):
        ballots.cast_ballot(by=voter, proposal=proposal, choice="agree")
    proposals.close_early(by=world.ana, proposal=proposal)
    return Proposal.objects.select_related("group").get(pk=proposal.pk)


def before_the_vote(world: World, verb: str) -> tuple[Membership, str, Any]:
    proposal = proposed(world, talk_first=True)
    match verb:
        case "change_proposal":
            proposals.change_proposal(by=world.ana, proposal=proposal, title=f"{CANARY} 2", text="")
        case "withdraw_proposal":
            proposals.withdraw_proposal(by=world.ana, proposal=proposal)
        case "open_proposal":
            proposals.open_proposal(by=world.ana, proposal=proposal)
        case "comment_on_proposal":
            comments.comment_on_proposal(by=world.ana, proposal=proposal, text=CANARY)
    return world.ana, verb, proposal


def voted(world: World, verb: str) -> tuple[Membership, str, Any]:
    if verb == "cast_ballot":
        proposal = proposed(world)
        ballots.cast_ballot(by=world.ben, proposal=proposal, choice="agree")
        return world.ben, verb, proposal
    if verb == "count_paper":
        proposal = proposed(world)
        for teller in (world.ana, world.caro):
            tellers.enter_paper(by=teller, proposal=proposal, ballots=["agree"], voters=[world.ben])
        return world.caro, verb, proposal
    proposal = decided(world)
    if verb == "state_outcome":
        proposals.state_outcome(by=world.ana, proposal=proposal, text=CANARY)
    return world.ana, verb, proposal


def agreed(world: World, verb: str) -> tuple[Membership | None, str, Any]:
    proposal = decided(world, makes_agreement=True, look_again_months=3)
    agreement = Agreement.objects.select_related("group").get(proposal=proposal)
    match verb:
        case "end_agreement":
            decided(world, replaces=agreement)
        case "keep_agreement":
            later = date.today() + timedelta(days=100)
            agreements.keep_agreement(by=world.ana, agreement=agreement, look_again_on=later)
        case "put_up_agreement":
            Agreement.objects.filter(pk=agreement.pk).update(look_again_on=date.today())
            agreements.put_up_agreements(group=world.union)
            return None, verb, agreement
    return world.ana, verb, agreement


def standing(world: World, verb: str) -> tuple[Membership, str, Any]:
    role = roles.make_role(by=world.ana, name=f"{CANARY} {verb}", powers=[Power.KEEP_STOCK])
    election = proposed(world, talk_first=True, method="ranked", effect="fill_role", effect_on=role.pk)
    if verb == "ask_candidate":
        candidates.ask_candidate(by=world.ana, proposal=election, member=world.ben)
        return world.ana, verb, election
    candidates.stand_for_election(by=world.ben, proposal=election)
    if verb == "decline_candidacy":
        candidates.decline_candidacy(by=world.ben, proposal=election)
    return world.ben, verb, election


def carried_out(world: World) -> tuple[Membership, str, Any]:
    proposal = decided(world, effect="allies_vote")
    assert not effects.carry_out(proposal=proposal, by=world.ana), "it was carried out when it was closed"
    return world.ana, "carry_out", proposal


DECISION_ACTS: dict[str, Act] = {
    **{
        verb: partial(before_the_vote, verb=verb)
        for verb in ("propose", "change_proposal", "withdraw_proposal", "open_proposal", "comment_on_proposal")
    },
    **{verb: partial(voted, verb=verb) for verb in ("cast_ballot", "count_paper", "close_proposal", "state_outcome")},
    **{
        verb: partial(agreed, verb=verb)
        for verb in ("begin_agreement", "end_agreement", "keep_agreement", "put_up_agreement")
    },
    **{verb: partial(standing, verb=verb) for verb in ("stand_for_election", "ask_candidate", "decline_candidacy")},
    "carry_out": carried_out,
}
