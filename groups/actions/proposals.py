"""Putting a question to the group, opening its vote, closing it: each exactly once, whoever comes first."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from groups import access
from groups.actions.agreements import begin_agreement
from groups.actions.ballots import count, empty_urn
from groups.actions.effects import carry_out
from groups.actions.journal import record
from groups.actions.reminders import tell
from groups.models import Group, Membership, Option, Participation, Proposal, Reminder, TellerEntry

# Whoever has not voted is told once more this long before the end; of a short vote, half its time before.
LAST_CALL = timedelta(days=1)
# A quorum that was missed is half as high the next time: a group never freezes because people drifted away.
_AGAIN = 2


class TooLate(Exception):
    """The proposal has moved on: voting began, it was closed or taken back, or somebody voted."""


class NobodyStands(Exception):
    """An election cannot open without candidates."""


@transaction.atomic
def propose(
    *,
    by: Membership,
    title: str,
    method: str,
    opens_at: datetime,
    closes_at: datetime,
    options: Sequence[str] = (),
    key: UUID | None = None,
    **facts: Any,
) -> Proposal:
    """Put a question to the group; voting opens at once when `opens_at` has come. Any member may.

    `options`: words to choose between, for points and ranking; candidates of an election stand by themselves.
    What changes who the group is needs half of the voters, unless it is asked again (`again_of`).
    `key`: of the form that was sent; sent twice, it makes one proposal. Raises PermissionDenied, Http404.
    """
    # Two sendings of one form take turns.
    Membership.objects.select_for_update(no_key=True).get(pk=by.pk)
    pk = uuid5(by.pk, str(key)) if key else uuid5(by.pk, secrets.token_hex(16))
    if before := Proposal.objects.filter(pk=pk, group=by.group).select_related("group").first():
        return before
    effect = facts.get("effect", Proposal.Effect.NONE)
    access.effect_subject(by, effect, facts.get("effect_on"))
    if effect in Proposal.WEIGHTY and not facts.get("again_of"):
        facts["quorum_percent"] = max(facts.get("quorum_percent", 0), Proposal.WEIGHTY_QUORUM)
    proposal = Proposal.objects.create(
        id=pk,
        group=by.group,
        written_by=by,
        title=title,
        method=method,
        opens_at=opens_at,
        closes_at=closes_at,
        lot_seed=secrets.token_hex(16),
        **facts,
    )
    _write_options(proposal, options)
    record(by=by, group=by.group, verb="propose", on=proposal)
    if not proposal.is_election and opens_at <= timezone.now():
        _open(by=by, proposal=proposal)
    return proposal


def _write_options(proposal: Proposal, options: Sequence[str]) -> None:
    for position, words in enumerate(options, start=1):
        Option.objects.create(group=proposal.group, proposal=proposal, position=position, label=words)


def lock_proposal(proposal: Proposal) -> Proposal:
    """This proposal as it is now; whoever else wants to change it waits. Everything that decides begins here."""
    return Proposal.objects.select_for_update(of=("self",), no_key=True).select_related("group").get(pk=proposal.pk)


@transaction.atomic
def change_proposal(*, by: Membership, proposal: Proposal, title: str, text: str, options: Sequence[str] = ()) -> None:
    """Its author may change the words until voting opens. Raises PermissionDenied, TooLate."""
    access.require_author(by, proposal)
    locked = lock_proposal(proposal)
    if not locked.is_draft:
        raise TooLate
    locked.title, locked.text = title, text
    locked.save(update_fields=["title", "text"])
    if locked.has_options and not locked.is_election:
        locked.options.all().delete()
        _write_options(locked, options)
    record(by=by, group=by.group, verb="change_proposal", on=locked)


@transaction.atomic
def withdraw_proposal(*, by: Membership, proposal: Proposal) -> None:
    """Its author may take it back before anybody voted. Raises PermissionDenied, TooLate."""
    access.require_author(by, proposal)
    locked = lock_proposal(proposal)
    if locked.is_withdrawn:
        return
    if locked.is_over or locked.participations.filter(took_part=True).exists():
        raise TooLate
    locked.state, locked.closed_at = Proposal.State.WITHDRAWN, timezone.now()
    locked.save(update_fields=["state", "closed_at"])
    _drop_last_calls(locked)
    record(by=by, group=by.group, verb="withdraw_proposal", on=locked)


@transaction.atomic
def open_proposal(*, by: Membership, proposal: Proposal) -> None:
    """Open the vote now, before its time; it stays open as long as was said. Raises TooLate, NobodyStands."""
    access.require_lead(by, proposal)
    locked = lock_proposal(proposal)
    if not locked.is_draft:
        raise TooLate
    if locked.is_election and not locked.options.filter(answer=Option.Answer.STANDS).exists():
        raise NobodyStands
    now = timezone.now()
    locked.opens_at, locked.closes_at = now, now + (locked.closes_at - locked.opens_at)
    _open(by=by, proposal=locked)


def _open(*, by: Membership | None, proposal: Proposal) -> None:
    """Put down who may vote, from now on fixed, and tell them."""
    group = proposal.group
    voters = list(Membership.objects.voters(group).select_related("person").order_by("pk"))
    if proposal.effect == Proposal.Effect.REMOVE_MEMBER:
        # The one it is about may speak, but does not vote.
        voters = [voter for voter in voters if voter.pk != proposal.effect_on]
    if proposal.is_election:
        proposal.options.exclude(answer=Option.Answer.STANDS).delete()
    Participation.objects.bulk_create(
        [Participation(group=group, proposal=proposal, membership=voter) for voter in voters], ignore_conflicts=True
    )
    proposal.state = Proposal.State.OPEN
    proposal.save(update_fields=["state", "opens_at", "closes_at"])
    record(by=by, group=group, verb="open_proposal", on=proposal)
    people = [voter.person for voter in voters]
    others = [person for person in people if by is None or person.pk != by.person_id]
    tell(
        group=group,
        people=others,
        occasion=Reminder.Occasion.PROPOSAL_OPENED,
        about=proposal.pk,
        at=proposal.closes_at,
    )
    last_call = proposal.closes_at - min(LAST_CALL, (proposal.closes_at - proposal.opens_at) / 2)
    tell(
        group=group,
        people=people,
        occasion=Reminder.Occasion.PROPOSAL_CLOSING,
        about=proposal.pk,
        at=proposal.closes_at,
        due_at=last_call,
    )


@transaction.atomic
def close_early(*, by: Membership, proposal: Proposal) -> None:
    """Close when everybody has answered already. Raises PermissionDenied, TooLate."""
    access.require_lead(by, proposal)
    locked = lock_proposal(proposal)
    if not locked.is_open or not locked.everybody_answered:
        raise TooLate
    _close(by=by, proposal=locked)


def _close(*, by: Membership | None, proposal: Proposal) -> None:
    """Count, say what came of it, carry it out: one transaction, so that all of it is true or none."""
    result = count(proposal)
    proposal.result = json.dumps(result)
    proposal.outcome = _outcome(proposal, result)
    proposal.state, proposal.closed_at = Proposal.State.CLOSED, timezone.now()
    proposal.save(update_fields=["result", "outcome", "state", "closed_at"])
    TellerEntry.objects.filter(proposal=proposal).delete()
    empty_urn(proposal)
    _drop_last_calls(proposal)
    record(by=by, group=proposal.group, verb="close_proposal", on=proposal)
    members = Membership.objects.active().filter(group=proposal.group).select_related("person")
    tell(
        group=proposal.group,
        people=[member.person for member in members],
        occasion=Reminder.Occasion.PROPOSAL_CLOSED,
        about=proposal.pk,
        at=proposal.closed_at,
    )
    if proposal.is_adopted:
        begin_agreement(by=by, proposal=proposal)
        carry_out(proposal=proposal, by=by)


def _outcome(proposal: Proposal, result: dict[str, Any]) -> Proposal.Outcome:
    if result["took_part"] < result["needed"]:
        return Proposal.Outcome.NO_QUORUM
    return Proposal.Outcome.ADOPTED if result["passes"] else Proposal.Outcome.REJECTED


def _drop_last_calls(proposal: Proposal) -> None:
    Reminder.objects.waiting().filter(
        group=proposal.group, occasion=Reminder.Occasion.PROPOSAL_CLOSING, occasion_id=proposal.pk
    ).delete()


@transaction.atomic
def keep_time(*, group: Group) -> int:
    """Open and close what the clock says, once: called by beat and by every page that shows proposals."""
    moved = 0
    for found in list(Proposal.objects.filter(group=group).due(timezone.now()).only("pk")):
        moved += _keep_time_of(found)
    return moved


def _keep_time_of(found: Proposal) -> bool:
    proposal = (
        Proposal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("group")
        .filter(pk=found.pk)
        .first()
    )
    now = timezone.now()
    if proposal is None:
        return False
    if proposal.is_draft and proposal.opens_at <= now:
        if proposal.is_election and not proposal.options.filter(answer=Option.Answer.STANDS).exists():
            # Nobody stands: another week to find someone, as often as it takes.
            proposal.opens_at += timedelta(days=7)
            proposal.closes_at += timedelta(days=7)
            proposal.save(update_fields=["opens_at", "closes_at"])
            return True
        _open(by=None, proposal=proposal)
        moved = True
    if proposal.state == Proposal.State.OPEN and proposal.closes_at <= now:
        _close(by=None, proposal=proposal)
        moved = True
    return moved


@transaction.atomic
def put_again(*, by: Membership, proposal: Proposal) -> Proposal:
    """Ask again what too few answered: the same words, and half as many needed. Once for each time it failed."""
    locked = lock_proposal(proposal)
    if locked.outcome != Proposal.Outcome.NO_QUORUM:
        raise TooLate
    if before := locked.put_again.select_related("group").first():
        return before
    now = timezone.now()
    return propose(
        by=by,
        title=locked.title,
        text=locked.text,
        method=locked.method,
        opens_at=now,
        closes_at=now + (locked.closes_at - locked.opens_at),
        options=[option.words for option in locked.options.all()] if not locked.is_election else (),
        is_secret=locked.is_secret,
        quorum_percent=locked.quorum_percent // _AGAIN,
        seats=locked.seats,
        effect=locked.effect,
        effect_on=locked.effect_on,
        term_ends_on=locked.term_ends_on,
        makes_agreement=locked.makes_agreement,
        look_again_months=locked.look_again_months,
        replaces=locked.replaces,
        again_of=locked,
    )


@transaction.atomic
def state_outcome(*, by: Membership, proposal: Proposal, text: str) -> None:
    """Say in our own words what came of it, after closing. Raises PermissionDenied, TooLate."""
    access.require_lead(by, proposal)
    locked = lock_proposal(proposal)
    if locked.state != Proposal.State.CLOSED:
        raise TooLate
    locked.outcome_statement = text
    locked.save(update_fields=["outcome_statement"])
    record(by=by, group=by.group, verb="state_outcome", on=locked)


@transaction.atomic
def carry_out_later(*, by: Membership, proposal: Proposal) -> bool:
    """Try again what was adopted and could not be carried out in that moment."""
    access.require_lead(by, proposal)
    return carry_out(proposal=lock_proposal(proposal), by=by)
