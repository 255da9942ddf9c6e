"""Who stands for election."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groups import access, actions
from groups.forms import AskCandidateForm
from groups.views.forms import posted
from groups.views.proposals import shown


@require_POST
def candidate_ask(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    proposal = access.proposal(membership, pk)
    form = AskCandidateForm(posted(request), proposal=proposal)
    if not form.is_valid():
        return shown(request, membership, proposal, status=422, ask_form=form)
    try:
        actions.ask_candidate(by=membership, proposal=proposal, **form.cleaned_data)
    except (actions.TooLate, actions.ListFull):
        messages.warning(request, _("The list is closed or full."))
    return redirect(proposal)


@require_POST
def candidate_answer(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Stand, or say no: `answer` is `stand` or anything else."""
    membership = access.membership(request.user, slug)
    proposal = access.proposal(membership, pk)
    act = actions.stand_for_election if request.POST.get("answer") == "stand" else actions.decline_candidacy
    try:
        act(by=membership, proposal=proposal)
    except (actions.TooLate, actions.ListFull):
        messages.warning(request, _("The list is closed or full."))
    return redirect(proposal)
