"""What follows by itself when a proposal is adopted, in the same transaction.

Each act is another noun's own action; it takes the adopted proposal as proof that members decided and checks it
(`Proposal.proves`). `by` is the member who closed the vote, or None when the clock did.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.utils import timezone

from groups.actions import forms, networks
from groups.actions.journal import record
from groups.actions.leaving import remove_member
from groups.actions.roles import begin_elected_terms
from groups.models import Group, Membership, Option, Proposal


class CannotBeCarriedOut(Exception):
    """Decided, but not possible as things are now: the member has left, the network is gone."""


# What an act may answer that is no fault of the program: the decision stands, and can be carried out later.
_NOT_NOW = (CannotBeCarriedOut, forms.NotPossible, ObjectDoesNotExist, PermissionDenied)


def _fill_role(proposal: Proposal, by: Membership | None) -> None:
    begin_elected_terms(by=by, proposal=proposal, winners=winners_of(proposal))


def _remove_member(proposal: Proposal, by: Membership | None) -> None:
    member = Membership.objects.select_related("group", "person").get(
        group=proposal.group_id, pk=proposal.effect_on or proposal.group_id
    )
    remove_member(by=by, member=member, decision=proposal)


def _convert(proposal: Proposal, by: Membership | None) -> None:
    forms.convert_group(by=by, group=proposal.group, decision=proposal)


def _let_allies_vote(proposal: Proposal, by: Membership | None) -> None:
    forms.let_allies_vote(by=by, group=proposal.group, decision=proposal)


def _affiliate(proposal: Proposal, by: Membership | None) -> None:
    network = Group.objects.get(pk=proposal.effect_on or UUID(int=0))
    networks.ask_to_affiliate(by=by, group=proposal.group, network=network, decision=proposal)


def _leave_network(proposal: Proposal, by: Membership | None) -> None:
    networks.leave_network(by=by, group=proposal.group, decision=proposal)


_Effect = Callable[[Proposal, Membership | None], None]
_CARRIED_OUT_BY: Mapping[str, _Effect] = {
    Proposal.Effect.FILL_ROLE: _fill_role,
    Proposal.Effect.REMOVE_MEMBER: _remove_member,
    Proposal.Effect.CONVERT: _convert,
    Proposal.Effect.ALLIES_VOTE: _let_allies_vote,
    Proposal.Effect.AFFILIATE: _affiliate,
    Proposal.Effect.LEAVE_NETWORK: _leave_network,
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
    except (*_NOT_NOW, KeyError):
        return False
    if not Group.objects.filter(pk=proposal.group_id).exists():
        return True  # The group was erased: there is nothing left to write on.
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
