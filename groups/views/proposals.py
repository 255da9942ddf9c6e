"""Proposals: what is open, one proposal, a new one, and what its author or a coordinator does with it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access, actions
from groups.forms import AskCandidateForm, CommentForm, OutcomeForm, ProposalForm, WordsForm, ballot_form_of
from groups.forms.proposals import METHODS
from groups.models import Ballot, Comment, Membership, Option, Participation, Proposal
from groups.views.forms import posted, status_of
from groups.views.results import result_of

A_PAGE = 20
COMMENTS_ON_A_PAGE = 30
# With fewer voters a secret result may show how someone voted: the page says so.
TOO_FEW_FOR_SECRETS = 5


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
    form = ProposalForm(posted(request), by=membership, effect=effect, effect_on=on, initial=asked_replacement(request))
    if form.is_valid():
        proposal = actions.propose(by=membership, **form.facts)
        messages.success(request, _("Voting is open.") if proposal.is_open else _("Everyone can now talk about it."))
        return redirect(proposal)
    context = {"form": form, "group": membership.group, "effect": effect_in_words(effect, subject)}
    return render(request, "groups/proposal_new.html", context, status=status_of(form))


@require_safe
def proposal_detail(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    actions.keep_time(group=membership.group)
    return shown(request, membership, access.proposal(membership, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def proposal_edit(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    proposal = access.proposal(membership, pk)
    options = "\n".join(option.words for option in options_of(proposal))
    initial = {"title": proposal.title, "text": proposal.text, "options": options}
    form = WordsForm(posted(request), initial=initial, proposal=proposal)
    access.require_author(membership, proposal)
    if not proposal.is_draft:
        messages.warning(request, _("Voting has opened: the words stay as they are."))
        return redirect(proposal)
    if form.is_valid():
        try:
            actions.change_proposal(by=membership, proposal=proposal, **form.cleaned_data)
        except actions.TooLate:
            messages.warning(request, _("Voting has opened: the words stay as they are."))
        else:
            messages.success(request, _("Saved."))
        return redirect(proposal)
    context = {"form": form, "group": membership.group, "proposal": proposal}
    return render(request, "groups/proposal_edit.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def proposal_outcome(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Put into our own words what came of it."""
    membership = access.membership(request.user, slug)
    proposal = access.proposal(membership, pk)
    access.require_lead(membership, proposal)
    if proposal.state != Proposal.State.CLOSED:
        messages.warning(request, _("This can be said when voting has closed."))
        return redirect(proposal)
    form = OutcomeForm(posted(request), initial={"text": proposal.outcome_statement})
    if form.is_valid():
        actions.state_outcome(by=membership, proposal=proposal, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(proposal)
    context = {"form": form, "group": membership.group, "proposal": proposal}
    return render(request, "groups/proposal_outcome.html", context, status=status_of(form))


# --- One press each ---------------------------------------------------------------------------------------------------


def _press(request: HttpRequest, slug: str, pk: UUID, act: Callable[[Membership, Proposal], str]) -> HttpResponse:
    """Do what a button says; when somebody was quicker, say so and show how things are now."""
    membership = access.membership(request.user, slug)
    proposal = access.proposal(membership, pk)
    try:
        messages.success(request, act(membership, proposal))
    except actions.TooLate:
        messages.warning(request, _("Somebody was quicker, or it is not the time. This is how things stand now."))
    except actions.NobodyStands:
        messages.warning(request, _("Nobody stands for election yet. Voting can open when somebody does."))
    if not access.memberships_of(request.user).filter(pk=membership.pk).exists():
        return redirect("groups:group-list")  # What was decided took the group, or this member, away.
    return redirect(proposal)


@require_POST
def proposal_open(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    def act(by: Membership, proposal: Proposal) -> str:
        actions.open_proposal(by=by, proposal=proposal)
        return _("Voting is open.")

    return _press(request, slug, pk, act)


@require_POST
def proposal_close(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    def act(by: Membership, proposal: Proposal) -> str:
        actions.close_early(by=by, proposal=proposal)
        return _("Voting is closed, and counted.")

    return _press(request, slug, pk, act)


@require_POST
def proposal_withdraw(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    def act(by: Membership, proposal: Proposal) -> str:
        actions.withdraw_proposal(by=by, proposal=proposal)
        return _("Taken back.")

    return _press(request, slug, pk, act)


@require_POST
def proposal_carry_out(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    def act(by: Membership, proposal: Proposal) -> str:
        done = actions.carry_out_later(by=by, proposal=proposal)
        return _("Carried out.") if done else _("It cannot be carried out as things are now.")

    return _press(request, slug, pk, act)


@require_POST
def proposal_again(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    proposal = access.proposal(membership, pk)
    try:
        return redirect(actions.put_again(by=membership, proposal=proposal))
    except actions.TooLate:
        return redirect(proposal)


# --- The page of one proposal -----------------------------------------------------------------------------------------


def shown(
    request: HttpRequest, membership: Membership, proposal: Proposal, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of one proposal; `more` holds a form that came back, or why something was refused."""
    options = options_of(proposal)
    participation = Participation.objects.filter(proposal=proposal, membership=membership).first()
    own = Ballot.objects.filter(proposal=proposal, membership=membership).select_related("group").first()
    who = Participation.objects.filter(proposal=proposal).who_count()
    leads = proposal.is_led_by(membership)
    may_vote = proposal.is_open and participation is not None and (own is not None or not participation.took_part)
    voters, took_part = who.count(), who.filter(took_part=True).count()
    is_about_me = proposal.effect == Proposal.Effect.REMOVE_MEMBER and proposal.effect_on == membership.pk
    candidacy = next((option for option in options if option.membership_id == membership.pk), None)
    context = {
        "group": membership.group,
        "membership": membership,
        "proposal": proposal,
        "effect": effect_in_words(proposal.effect, access.effect_subject_now(proposal)),
        "method_words": METHODS[Proposal.Method(proposal.method)],
        "options": options,
        "voters": voters,
        "took_part": took_part,
        "needed": proposal.turnout_needed(voters) if voters else 0,
        "few_voters": proposal.is_secret and voters < TOO_FEW_FOR_SECRETS,
        "participation": participation,
        "own": own,
        "is_about_me": is_about_me,
        "ballot_form": _ballot_form(proposal, options, membership, own) if may_vote else None,
        "leads": leads,
        "may_close": leads and proposal.is_open and proposal.everybody_answered,
        "may_withdraw": proposal.written_by_id == membership.pk and not proposal.is_over and not took_part,
        "may_tell": proposal.is_open and not is_about_me and candidacy is None,
        "concerns": concerns_of(proposal),
        "result": result_of(proposal, options) if proposal.state == Proposal.State.CLOSED else None,
        "agreements": proposal.agreements.select_related("group") if proposal.is_adopted else [],
        "ask_form": AskCandidateForm(proposal=proposal) if proposal.is_draft and proposal.is_election else None,
        "candidacy": candidacy,
        "comment_form": CommentForm(),
        "page": _comments(request, proposal),
        **more,
    }
    return render(request, "groups/proposal_detail.html", context, status=status)


def options_of(proposal: Proposal) -> list[Option]:
    if not proposal.has_options:
        return []
    return list(proposal.options.select_related("group", "membership__person").order_by("position"))


def _ballot_form(proposal: Proposal, options: list[Option], voter: Membership, own: Ballot | None) -> Any:
    kind = ballot_form_of(proposal)
    return kind(proposal=proposal, options=options, voter=voter, initial=kind.initial_of(own) if own else None)


def concerns_of(proposal: Proposal) -> list[Ballot]:
    """Concerns and blocks are shown at once: consent means that they are answered before the end."""
    if proposal.method != Proposal.Method.CONSENT:
        return []
    ballots = Ballot.objects.filter(proposal=proposal).exclude(reason=b"").select_related("group", "membership__person")
    return sorted(ballots, key=lambda ballot: (ballot.chosen != "block", str(ballot.pk)))


def _comments(request: HttpRequest, proposal: Proposal) -> Page[Comment]:
    """The newest page first; each page in the order of speaking."""
    comments = Comment.objects.filter(proposal=proposal).select_related("group", "written_by__person")
    paginator = Paginator(comments, COMMENTS_ON_A_PAGE)
    return paginator.get_page(request.GET.get("page") or paginator.num_pages)


# --- What follows by itself -------------------------------------------------------------------------------------------


def asked_effect(request: HttpRequest) -> tuple[str, UUID | None]:
    """What a link asks this proposal to do. Raises Http404 when that is no effect or no id."""
    effect, on = request.GET.get("effect", Proposal.Effect.NONE), request.GET.get("on")
    try:
        return Proposal.Effect(effect), UUID(on) if on else None
    except ValueError as error:
        raise Http404 from error


def asked_replacement(request: HttpRequest) -> dict[str, Any]:
    """Which agreement this would take the place of; the form itself knows only the group's own."""
    try:
        return {"replaces": UUID(request.GET["replaces"]), "makes_agreement": True}
    except (KeyError, ValueError):
        return {}


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
    return sentence % {"name": name or _("something that is gone")} if sentence else ""
