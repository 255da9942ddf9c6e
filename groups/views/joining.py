"""Coming in by link: an invitation to a group, or the founding link of an empty instance."""

from uuid import UUID

import segno
from allauth.account.views import SignupView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access, actions, guessing
from groups.forms import InvitationForm, StandingForm
from groups.forms.memberships import standing_field
from groups.models import FoundingLink, Group, Invitation, Membership, Power
from groups.models.invitations import hash_token
from groups.views.account import AnswersLikeOurs
from groups.views.forms import posted, status_of
from groups.views.me import signed_in
from hrplatform import errors, isolation


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Invitations of a group, and the form for a new one. Its link is shown once, on the answer to the form."""
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    form = InvitationForm(posted(request))
    context = {"group": membership.group, "form": form}
    if form.is_valid():
        invitation, token = actions.invite(by=membership, **form.cleaned_data)
        link = settings.SITE_URL + reverse("groups:join", args=[token])
        square = segno.make(link, error="m").svg_inline(omitsize=True, svgclass=None, lineclass=None)
        context |= {"invitation": invitation, "link": link, "qr": mark_safe(square)}  # noqa: S308 (segno draws squares)
        return render(request, "groups/invitation_made.html", context)
    context["invitations"] = Invitation.objects.usable().filter(group=membership.group)
    return render(request, "groups/invitation_list.html", context, status=status_of(form))


@require_POST
def invitation_revoke(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    actions.revoke_invitation(by=membership, invitation=access.invitation(membership, pk))
    messages.success(request, _("Taken back. The link does not work any more."))
    return redirect("groups:invitation-list", slug)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation says, and the button that accepts it. Nothing happens by just opening the link."""
    if guessing.is_limited(request):
        return errors.too_many_tries(request)
    form = StandingForm(posted(request))
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect("groups:join-account", token)
        # A member who opens a link again says nothing new, so a form without an answer is no error here.
        standing = form.cleaned_data["standing"] if form.is_valid() else Membership.Standing.PEER
        try:
            membership = actions.accept_invitation(by=signed_in(request), token=token, standing=standing)
        except actions.InvitationOver:
            return _over(request)
        messages.success(request, _("Welcome. You are a member now."))
        return redirect(membership.group)
    group = _invited_to(token)
    if group is None:
        return _over(request)
    return render(request, "groups/join.html", {"group": group, "token": token, "form": form})


def _over(request: HttpRequest) -> HttpResponse:
    """A link that is no good. Each counts as a try at guessing one."""
    guessing.count(request)
    return render(request, "groups/join_over.html", status=410)


def _invited_to(token: str) -> Group | None:
    with isolation.context(token=hash_token(token)):
        invitation = Invitation.objects.usable().filter(token_hash=hash_token(token)).first()
    if invitation is None:
        return None
    with isolation.context(groups=[invitation.group_id]):
        return Group.objects.get(pk=invitation.group_id)


class JoinByAccount(AnswersLikeOurs, SignupView):  # type: ignore[misc]
    """Makes an account for someone with a good invitation, and makes them a member in the same step."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if guessing.is_limited(request):
            return errors.too_many_tries(request)
        token = str(kwargs["token"])
        group = _invited_to(token)
        if group is None:
            return _over(request)
        if request.user.is_authenticated:
            return redirect("groups:join", token)
        request.may_sign_up = True  # type: ignore[attr-defined]
        request.time_zone_of_group = group.time_zone  # type: ignore[attr-defined]
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_form(self, form_class: type[BaseForm] | None = None) -> BaseForm:
        form: BaseForm = super().get_form(form_class)
        form.fields["standing"] = standing_field()
        return form

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Account and membership, or neither: somebody else may take the last use of the link meanwhile."""
        try:
            with transaction.atomic():
                response: HttpResponse = super().form_valid(form)
                if not self.request.user.is_authenticated:
                    return response
                membership = actions.accept_invitation(
                    by=signed_in(self.request),
                    token=self.kwargs["token"],
                    standing=form.cleaned_data["standing"],
                )
        except actions.InvitationOver:
            logout(self.request)
            return render(self.request, "groups/join_over.html", status=410)
        return redirect(membership.group)


class FoundByAccount(AnswersLikeOurs, SignupView):  # type: ignore[misc]
    """The first coordinator of an empty instance makes an account, and goes on to found the first group."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if guessing.is_limited(request):
            return errors.too_many_tries(request)
        usable = FoundingLink.objects.filter(
            token_hash=hash_token(str(kwargs["token"])), expires_at__gt=timezone.now()
        ).exists()
        if not usable:
            return _over(request)
        request.may_sign_up = True  # type: ignore[attr-defined]
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: object) -> HttpResponse:
        try:
            with transaction.atomic():
                actions.use_founding_link(token=self.kwargs["token"])
                response: HttpResponse = super().form_valid(form)
        except actions.InvitationOver:
            return render(self.request, "groups/join_over.html", status=410)
        return redirect("groups:group-found") if self.request.user.is_authenticated else response


@login_not_required
@require_safe
def sign_up(request: HttpRequest) -> HttpResponse:
    """There is no open sign-up: accounts are made with a link from someone who is in."""
    return render(request, "account/signup_closed.html")
