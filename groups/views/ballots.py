"""Voting: one's own ballot, and what tellers enter."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groups import access, actions
from groups.forms import TellerForm, ballot_form_of
from groups.models import Membership, Participation, Proposal, TellerEntry
from groups.views.forms import posted, status_of
from groups.views.proposals import options_of, shown
from groups.views.results import short_words


@require_POST
def vote(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    actions.keep_time(group=membership.group)
    proposal = access.proposal(membership, pk)
    form = ballot_form_of(proposal)(posted(request), proposal=proposal, options=options_of(proposal), voter=membership)
    try:
        actions.require_voter(membership, proposal)
        if not form.is_valid():
            return shown(request, membership, proposal, status=422, ballot_form=form)
        actions.cast_ballot(by=membership, proposal=proposal, **form.ballot)
    except (actions.VotingOver, actions.NotAVoter, actions.AlreadyVoted, ValueError) as refusal:
        return shown(request, membership, proposal, status=422, refusal=refusal_in_words(refusal, membership))
    messages.success(request, _("Your vote is cast."))
    return redirect(proposal)


def refusal_in_words(refusal: Exception, membership: Membership) -> str:
    """Why a vote was not taken, and that nothing was written."""
    match refusal:
        case actions.VotingOver():
            return _("Voting is not open. Your vote was not counted.")
        case actions.AlreadyVoted():
            return _("You have voted already, here or on paper. That vote stays as it is.")
        case actions.NotAVoter() if not membership.may_vote:
            return _("You are an ally, and in this group allies do not vote. Nothing was counted. You can speak below.")
        case actions.NotAVoter():
            return _("You are not among those who vote on this. Nothing was counted. You can speak below.")
    return _("This choice is not on the ballot. Nothing was counted.")


@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Two tellers enter, each alone, what was voted on paper or by phone."""
    membership = access.membership(request.user, slug)
    actions.keep_time(group=membership.group)
    proposal = access.proposal(membership, pk)
    access.require_teller(membership, proposal)
    if not proposal.is_open:
        messages.warning(request, _("Voting is not open. Nothing can be entered."))
        return redirect(proposal)
    options = options_of(proposal)
    entries = list(TellerEntry.objects.filter(proposal=proposal).select_related("group", "teller__person"))
    mine = next((entry for entry in entries if entry.teller_id == membership.pk), None)
    form = TellerForm(posted(request), proposal=proposal, options=options, initial=_entered(proposal, mine))
    if form.is_valid():
        try:
            counted = actions.enter_paper(by=membership, proposal=proposal, ballots=form.choices, voters=form.people)
        except (actions.VotingOver, actions.AlreadyVoted):
            form.add_error("voters", _("One of them has voted meanwhile, or voting is over. Look again."))
        else:
            messages.success(request, _said(counted=counted))
            return redirect(proposal if counted else "groups:proposal-paper", *([] if counted else [slug, pk]))
    names = {option.position: option.words for option in options}
    context = {
        "form": form,
        "group": membership.group,
        "proposal": proposal,
        "options": options,
        "mine": mine,
        "others": [
            (entry.teller.person.handle, _differences(proposal, mine, entry, names) if mine else None)
            for entry in entries
            if entry.teller_id != membership.pk
        ],
    }
    return render(request, "groups/proposal_paper.html", context, status=status_of(form))


def _said(*, counted: bool) -> str:
    if counted:
        return _("Both of you entered the same. It is counted.")
    return _("Kept. It counts when a second teller enters the same.")


def _entered(proposal: Proposal, mine: TellerEntry | None) -> dict[str, Any]:
    if mine is None:
        return {}
    rows = Participation.objects.filter(proposal=proposal, membership__isnull=False)
    by_member = {str(row.membership_id): row.pk for row in rows}
    return TellerForm.initial_of(proposal, mine.counted, by_member)


def _differences(proposal: Proposal, mine: TellerEntry, theirs: TellerEntry, names: dict[int, str]) -> list[list[str]]:
    """Rows of a table: what differs, mine, theirs."""
    handles = {
        str(row.membership_id): row.membership.person.handle
        for row in Participation.objects.filter(proposal=proposal).select_related("membership__person")
        if row.membership
    }
    words = short_words()
    return [
        [handles.get(which, "?") if kind == "voter" else words.get(which, which), str(ours), str(others)]
        for kind, which, ours, others in actions.differences(mine, theirs)
    ]
