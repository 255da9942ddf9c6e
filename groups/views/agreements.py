"""The register of agreements."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groups import access, actions
from groups.actions.agreements import months_later
from groups.forms import KeepAgreementForm
from groups.models import Agreement, Power
from groups.views.forms import posted, status_of

A_PAGE = 30


@require_safe
def agreement_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    ours = Agreement.objects.filter(group=membership.group).select_related("group")
    context = {
        "group": membership.group,
        "in_force": ours.in_force().order_by("-agreed_on", "pk")[:200],
        "page": Paginator(ours.exclude(ended_on=None).order_by("-ended_on", "pk"), A_PAGE).get_page(
            request.GET.get("page")
        ),
    }
    return render(request, "groups/agreement_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def agreement_detail(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """One agreement; who coordinates says here that we looked again and keep it."""
    membership = access.membership(request.user, slug)
    agreement = access.agreement(membership, pk)
    form = KeepAgreementForm(posted(request))
    if request.method == "POST":
        access.require(membership, Power.COORDINATE)
    if form.is_valid():
        months = form.cleaned_data["look_again_months"]
        today = timezone.now().astimezone(membership.group.zone).date()
        until = months_later(today, months) if months else None
        actions.keep_agreement(by=membership, agreement=agreement, look_again_on=until)
        messages.success(request, _("We keep it."))
        return redirect(agreement)
    context = {
        "group": membership.group,
        "agreement": agreement,
        "form": form if agreement.is_in_force and membership.has_power(Power.COORDINATE) else None,
        "before": agreement.before.select_related("group"),
    }
    return render(request, "groups/agreement_detail.html", context, status=status_of(form))
