"""What follows by itself when a proposal is adopted, in the same transaction.

Each act is another noun's own action; it takes the adopted proposal as proof that members decided and checks it
(`Proposal.proves`). `by` is the member who closed the vote, or None when the clock did.
"""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.utils import timezone

from groups.actions.forms import NotPossible, convert_group, let_allies_vote
from groups.actions.journal import record
from groups.actions.leaving import remove_member
from groups.actions.networks import ask_to_affiliate, leave_network
from groups.actions.roles import HeldByVote, LastCoordinator, RoleIsHeld, begin_elected_terms
from groups.actions.taking_along import erase_group
from groups.models import Group, Membership, Option, Proposal

# What an act may answer that is no fault of the program: the member has left, the network is gone. The decision
# stands, and can be carried out later.
_NOT_NOW = (NotPossible, ObjectDoesNotExist, PermissionDenied, HeldByVote, LastCoordinator, RoleIsHeld)


def _on(proposal: Proposal) -> UUID:
    """What the effect is on; an id of nothing, where there is none."""
    return proposal.effect_on or UUID(int=0)


def _fill_role(proposal: Proposal, by: Membership | None) -> None:
    winners = winners_of(proposal)
    if not winners:
        raise NotPossible
    # A day that passed while the election ran cannot be the end of a term.
    until = proposal.term_ends_on if proposal.term_ends_on and proposal.term_ends_on > date.today() else None
    begin_elected_terms(by=by, proposal=proposal, winners=winners, until=until)


def _remove_member(proposal: Proposal, by: Membership | None) -> None:
    members = Membership.objects.active().select_related("group", "person")
    remove_member(by=by, member=members.get(group=proposal.group, pk=_on(proposal)), decision=proposal)


def _affiliate(proposal: Proposal, by: Membership | None) -> None:
    ask_to_affiliate(by=by, group=proposal.group, network=Group.objects.get(pk=_on(proposal)), decision=proposal)


_CARRIED_OUT_BY: Mapping[str, Callable[[Proposal, Membership | None], object]] = {
    Proposal.Effect.FILL_ROLE: _fill_role,
    Proposal.Effect.REMOVE_MEMBER: _remove_member,
    Proposal.Effect.AFFILIATE: _affiliate,
    Proposal.Effect.CONVERT: lambda proposal, by: convert_group(by=by, group=proposal.group, decision=proposal),
    Proposal.Effect.LEAVE_NETWORK: lambda proposal, by: leave_network(by=by, group=proposal.group, decision=proposal),
    Proposal.Effect.ALLIES_VOTE: lambda proposal, by: let_allies_vote(by=by, group=proposal.group, decision=proposal),
    Proposal.Effect.ERASE_GROUP: lambda proposal, by: erase_group(by=by, group=proposal.group, decision=proposal),
}


@transaction.atomic
def carry_out(*, proposal: Proposal, by: Membership | None) -> bool:
    """Do what an adopted proposal decided, once. Returns whether it is done now; nothing is half-done.

    When it is not possible the proposal keeps waiting, and a coordinator can try again.
    """
    if not proposal.proves(proposal.effect) or not proposal.has_effect:
        return False
    try:
        with transaction.atomic():
            _CARRIED_OUT_BY[proposal.effect](proposal, by)
    except _NOT_NOW:
        return False
    proposal.carried_out_at = timezone.now()
    proposal.save(update_fields=["carried_out_at"])
    record(by=by, group=proposal.group, verb="carry_out", on=proposal)
    return True


def winners_of(proposal: Proposal) -> list[Membership]:
    """Whom an election chose, in the order of their election; without those who have left since."""
    numbers = proposal.counts.get("elected", [])
    standing = {
        option.position: option.membership
        for option in Option.objects.filter(proposal=proposal).select_related("membership__person", "membership__group")
    }
    chosen = (standing.get(number) for number in numbers)
    return [member for member in chosen if member is not None and member.left_on is None]
