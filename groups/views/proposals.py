"""Proposals: what is open, one proposal, a new one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groups import access, actions
from groups.forms import ProposalForm
from groups.models import Membership, Proposal
from groups.views.forms import posted, status_of

A_PAGE = 20


@require_safe
def proposal_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    actions.keep_time(group=membership.group)
    proposals = Proposal.objects.filter(group=membership.group).select_related("group")
    waiting = list(proposals.waiting_for(membership))
    ours = {proposal.pk for proposal in waiting}
    context = {
        "group": membership.group,
        "membership": membership,
        "waiting": waiting,
        "open": [proposal for proposal in proposals.open()[:100] if proposal.pk not in ours],
        "drafts": proposals.drafts()[:100],
        "page": Paginator(proposals.over(), A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "groups/proposal_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def proposal_new(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    effect, on = asked_effect(request)
    subject = access.effect_subject(membership, effect, on)
    form = ProposalForm(posted(request), by=membership, effect=effect, effect_on=on)
    if form.is_valid():
        proposal = actions.propose(by=membership, **form.facts)
        messages.success(request, _("Voting is open.") if proposal.is_open else _("Everyone can now talk about it."))
        return redirect(proposal)
    context = {
        "form": form,
        "group": membership.group,
        "effect": effect_in_words(effect, subject),
    }
    return render(request, "groups/proposal_new.html", context, status=status_of(form))


@require_safe
def proposal_detail(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    actions.keep_time(group=membership.group)
    return shown(request, membership, access.proposal(membership, pk))


def shown(
    request: HttpRequest, membership: Membership, proposal: Proposal, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of one proposal; `more` holds a form that came back, or why something was refused."""
    context = {"group": membership.group, "membership": membership, "proposal": proposal, **more}
    return render(request, "groups/proposal_detail.html", context, status=status)


def asked_effect(request: HttpRequest) -> tuple[str, UUID | None]:
    """What a link asks this proposal to do. Raises Http404 when that is no effect or no id."""
    effect, on = request.GET.get("effect", Proposal.Effect.NONE), request.GET.get("on")
    try:
        return Proposal.Effect(effect), UUID(on) if on else None
    except ValueError as error:
        raise Http404 from error


def effect_in_words(effect: str, subject: Any) -> str:
    """What the program does when this is adopted, in one sentence. Empty when people do it themselves."""
    name = subject.person.handle if isinstance(subject, Membership) else getattr(subject, "name", "")
    sentences = {
        Proposal.Effect.FILL_ROLE: _("Whoever is elected gets the role %(name)s, from that moment."),
        Proposal.Effect.REMOVE_MEMBER: _("%(name)s is no longer a member, from that moment."),
        Proposal.Effect.CONVERT: _("The group changes its form: a circle becomes an organization, or the other way."),
        Proposal.Effect.AFFILIATE: _("The group asks to join %(name)s."),
        Proposal.Effect.LEAVE_NETWORK: _("The group leaves %(name)s, with everything that is its own."),
        Proposal.Effect.ALLIES_VOTE: _("Whether allies vote changes: yes becomes no, or no becomes yes."),
        Proposal.Effect.ERASE_GROUP: _("The group and all it holds is erased. Nothing of it can be brought back."),
    }
    sentence = sentences.get(Proposal.Effect(effect), "")
    return sentence % {"name": name or _("someone or something that is gone")} if sentence else ""
