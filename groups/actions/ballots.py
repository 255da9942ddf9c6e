"""Casting votes and counting them.

A secret vote goes into an urn. With every vote the whole urn is emptied and filled again: new ids, new seals, shuffled,
in one statement; and every voter's row of that proposal is written too. So each ballot and each voter carries the same
last transaction, places in the table follow the shuffle, and no table, journal entry or time joins a ballot to a voter
(docs/decisions/secret-ballots.md says what this cannot hide).
"""

import json
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When

from groups import counting
from groups.actions.journal import record
from groups.models import Ballot, Membership, Participation, Proposal, Reminder

# Each choice is written as long as the longest: a sealed text shows its length.
PADDED_TO = 160

CHOICES = {
    Proposal.Method.CONSENT: ("agree", "aside", "concern", "block"),
    Proposal.Method.MAJORITY: ("yes", "no", "abstain"),
    Proposal.Method.TWO_THIRDS: ("yes", "no", "abstain"),
}
PASSES = {
    Proposal.Method.CONSENT: counting.consents,
    Proposal.Method.MAJORITY: counting.has_majority,
    Proposal.Method.TWO_THIRDS: counting.has_two_thirds,
}


class VotingOver(Exception):
    """The vote is not open: not yet, or not any more."""


class NotAVoter(Exception):
    """Not among those who may vote on this: an ally, someone who came later, or whom it is about."""


class AlreadyVoted(Exception):
    """A secret ballot cannot be changed, and who voted on paper has voted."""


@transaction.atomic
def cast_ballot(*, by: Membership, proposal: Proposal, choice: Any, reason: str = "") -> None:
    """Vote. In an open vote the same again changes it, until closing; a secret ballot stays as it was cast.

    `choice`: one of CHOICES; for points a list in the order of the options, 0 to 5; for ranking the numbers of options,
    first choice first. Raises VotingOver, NotAVoter, AlreadyVoted; ValueError for a choice that is none.
    """
    locked = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related("group").get(pk=proposal.pk)
    own = require_voter(by, locked)
    check_choice(locked, choice)
    if locked.is_secret:
        put_into_urn(locked, [choice], [by.pk])
    else:
        ballot = own or Ballot(group=locked.group, proposal=locked, membership=by, is_secret=False)
        ballot.choice, ballot.reason = padded(choice), reason
        ballot.save()
        Participation.objects.filter(proposal=locked, membership=by).update(took_part=True)
        # Never of a secret vote: who voted after whom is part of who voted what.
        record(by=by, group=locked.group, verb="cast_ballot", on=locked)
    Reminder.objects.waiting().filter(
        group=locked.group, person=by.person_id, occasion=Reminder.Occasion.PROPOSAL_CLOSING, occasion_id=locked.pk
    ).delete()


def require_voter(by: Membership, proposal: Proposal) -> Ballot | None:
    """The open ballot this member would change, if any. Raises VotingOver, NotAVoter, AlreadyVoted."""
    row = Participation.objects.filter(proposal=proposal, membership=by).first()
    if proposal.state == Proposal.State.OPEN and (row is None or by.left_on is not None):
        raise NotAVoter
    if not proposal.is_open or row is None:
        raise VotingOver
    own = None if proposal.is_secret else Ballot.objects.filter(proposal=proposal, membership=by).first()
    if row.took_part and own is None:
        raise AlreadyVoted
    return own


def check_choice(proposal: Proposal, choice: Any) -> None:
    """Raises ValueError."""
    if not proposal.has_options:
        valid = choice in CHOICES[Proposal.Method(proposal.method)]
    else:
        numbers = list(proposal.options.values_list("position", flat=True))
        if proposal.method == Proposal.Method.SCORE:
            valid = len(choice) == len(numbers) and all(given in range(counting.MOST_POINTS + 1) for given in choice)
        else:
            valid = len(set(choice)) == len(choice) and set(choice) <= set(numbers)
    if not valid:
        raise ValueError("No such choice.")


def padded(choice: Any) -> str:
    return json.dumps(choice, separators=(",", ":")).ljust(PADDED_TO)


def put_into_urn(proposal: Proposal, choices: Iterable[Any], voters: Sequence[Any]) -> None:
    """Add ballots, mark who took part, and leave nothing that tells which belongs to whom. The proposal is locked."""
    mixed = list(choices)
    if proposal.is_secret:
        urn = Ballot.objects.filter(proposal=proposal)
        mixed += [ballot.chosen for ballot in urn.select_related("group")]
        urn.delete()
    secrets.SystemRandom().shuffle(mixed)
    Ballot.objects.bulk_create(
        [
            Ballot(group=proposal.group, proposal=proposal, is_secret=proposal.is_secret, choice=padded(chosen))
            for chosen in mixed
        ],
        batch_size=len(mixed),
    )
    # Every row of this vote is written, in one statement, also those in which nothing changes.
    Participation.objects.filter(proposal=proposal).update(
        took_part=Case(When(membership__in=list(voters), then=Value(True)), default=F("took_part"))
    )


def empty_urn(proposal: Proposal) -> None:
    """What was secret goes when it is counted; the counts stay."""
    if proposal.is_secret:
        Ballot.objects.filter(proposal=proposal).delete()


def count(proposal: Proposal) -> dict[str, Any]:
    """The result as it is kept: turnout, what was needed, the counts of the method, and whether it passes."""
    who = Participation.objects.filter(proposal=proposal).who_count()
    voters, took_part = who.count(), who.filter(took_part=True).count()
    result: dict[str, Any] = {
        "voters": voters,
        "took_part": took_part,
        "needed": proposal.turnout_needed(voters),
        "lot_seed": proposal.lot_seed,
    }
    chosen = [ballot.chosen for ballot in Ballot.objects.filter(proposal=proposal).select_related("group")]
    if not proposal.has_options:
        method = Proposal.Method(proposal.method)
        numbers = Counter(chosen)
        counts = {name: numbers.get(name, 0) for name in CHOICES[method]}
        return result | {"counts": counts, "passes": PASSES[method](counts)}
    positions = list(proposal.options.values_list("position", flat=True))
    if proposal.method == Proposal.Method.SCORE:
        ballots = [dict(zip(positions, points, strict=True)) for points in chosen]
        scores = counting.count_scores(ballots, positions, proposal.lot_seed)
        return result | {
            "points": scores.points,
            "elected": [scores.winner] if scores.winner else [],
            "by_lot": scores.by_lot,
            "passes": scores.winner is not None,
        }
    election = counting.count_ranked(chosen, positions, proposal.seats, proposal.lot_seed)
    return result | {
        "quota": election.quota,
        "blank": election.blank,
        "elected": list(election.elected),
        "passes": bool(election.elected),
        "rounds": [
            {
                "votes": {number: str(votes) for number, votes in each.votes.items()},
                "exhausted": str(each.exhausted),
                "elected": list(each.elected),
                "surplus_of": each.surplus_of,
                "excluded": each.excluded,
                "by_lot": each.by_lot,
            }
            for each in election.rounds
        ],
    }
