"""Votes on paper and by phone: two tellers enter what they counted, each alone; it counts when both say the same."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from groups import access
from groups.actions.ballots import AlreadyVoted, VotingOver, check_choice, put_into_urn
from groups.actions.journal import record
from groups.actions.proposals import lock_proposal
from groups.models import Membership, Participation, Proposal, TellerEntry


@transaction.atomic
def enter_paper(*, by: Membership, proposal: Proposal, ballots: Sequence[Any], voters: Sequence[Membership]) -> bool:
    """Enter what one teller counted, or correct it. Returns whether it was counted, because another says the same.

    `voters`: who voted that way, as many as there are ballots. Raises PermissionDenied for someone whom the vote is
    about, VotingOver, AlreadyVoted when one of them has voted here meanwhile, ValueError for ballots that are none.
    """
    access.require_teller(by, proposal)
    locked = lock_proposal(proposal)
    if not locked.is_open:
        raise VotingOver
    if len(ballots) != len(voters) or not ballots:
        raise ValueError("As many ballots as people, and at least one.")
    for choice in ballots:
        check_choice(locked, choice)
    _require_not_voted(locked, voters)
    content = json.dumps(
        {"ballots": sorted(ballots, key=json.dumps), "voters": sorted(str(voter.pk) for voter in voters)}
    )
    entry = TellerEntry.objects.filter(proposal=locked, teller=by).first()
    entry = entry or TellerEntry(group=locked.group, proposal=locked, teller=by)
    entry.content = content
    entry.save()
    others = TellerEntry.objects.filter(proposal=locked).exclude(teller=by).select_related("group")
    if not any(other.content == content for other in others):
        return False
    put_into_urn(locked, ballots, [voter.pk for voter in voters])
    TellerEntry.objects.filter(proposal=locked).delete()
    record(by=by, group=locked.group, verb="count_paper", on=locked)
    return True


def _require_not_voted(proposal: Proposal, voters: Sequence[Membership]) -> None:
    free = Participation.objects.filter(proposal=proposal, membership__in=voters, took_part=False).count()
    if free != len({voter.pk for voter in voters}) or free != len(voters):
        raise AlreadyVoted


def differences(mine: TellerEntry, theirs: TellerEntry) -> list[tuple[str, str, int, int]]:
    """Where two tellers differ: (`ballot` or `voter`, which, how often in mine, how often in theirs)."""
    found = []
    for kind, name in (("ballot", "ballots"), ("voter", "voters")):
        ours = Counter(_key(each) for each in mine.counted[name])
        others = Counter(_key(each) for each in theirs.counted[name])
        found += [(kind, key, ours[key], others[key]) for key in sorted(ours | others) if ours[key] != others[key]]
    return found


def _key(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(map(str, value)) or "-"
