"""Speaking about a proposal."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groups import access, actions
from groups.forms import CommentForm
from groups.views.forms import posted
from groups.views.proposals import shown


@require_POST
def comment(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    actions.keep_time(group=membership.group)
    proposal = access.proposal(membership, pk)
    form = CommentForm(posted(request))
    if not form.is_valid():
        return shown(request, membership, proposal, status=422, comment_form=form)
    try:
        actions.comment_on_proposal(by=membership, proposal=proposal, **form.cleaned_data)
    except actions.TooLate:
        messages.warning(request, _("This is decided: the discussion is closed. What you wrote was not kept."))
    return redirect(proposal)
