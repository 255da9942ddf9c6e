"""Standing for election: by oneself, or asked and willing. Nobody stands who did not say so."""

from django.db import transaction
from django.db.models import Max

from groups.actions.journal import record
from groups.actions.proposals import TooLate, lock_proposal
from groups.models import Membership, Option, Proposal


class ListFull(Exception):
    """Nobody fits on this ballot any more."""


@transaction.atomic
def stand_for_election(*, by: Membership, proposal: Proposal) -> None:
    """Stand, until voting opens. Twice changes nothing. Raises TooLate, ListFull."""
    if _put_down(member=by, proposal=proposal, answer=Option.Answer.STANDS):
        record(by=by, group=proposal.group, verb="stand_for_election", on=proposal)


@transaction.atomic
def ask_candidate(*, by: Membership, proposal: Proposal, member: Membership) -> None:
    """Ask a member to stand; whoever answered already is not asked again. Raises TooLate, ListFull."""
    if _put_down(member=member, proposal=proposal, answer=Option.Answer.ASKED):
        record(by=by, group=proposal.group, verb="ask_candidate", on=proposal)


@transaction.atomic
def decline_candidacy(*, by: Membership, proposal: Proposal) -> None:
    """Say no to having been asked, or stand down, until voting opens. Raises TooLate."""
    locked = _locked_election(proposal)
    changed = locked.options.filter(membership=by).exclude(answer=Option.Answer.DECLINED)
    if changed.update(answer=Option.Answer.DECLINED):
        record(by=by, group=locked.group, verb="decline_candidacy", on=locked)


def _locked_election(proposal: Proposal) -> Proposal:
    locked = lock_proposal(proposal)
    if not locked.is_draft or not locked.is_election:
        raise TooLate
    return locked


def _put_down(*, member: Membership, proposal: Proposal, answer: Option.Answer) -> bool:
    """Whether this changed anything."""
    locked = _locked_election(proposal)
    present = locked.options.filter(membership=member).first()
    if present is not None:
        if answer in {Option.Answer.ASKED, present.answer}:
            return False
        present.answer = answer
        present.save(update_fields=["answer"])
    else:
        last = locked.options.aggregate(last=Max("position"))["last"] or 0
        if last >= Proposal.MOST_OPTIONS:
            raise ListFull
        Option.objects.create(group=locked.group, proposal=locked, position=last + 1, membership=member, answer=answer)
    return True
