"""The form of a group, and the network it is part of, asks, or is."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access
from groups.actions import networks
from groups.forms.networks import FoundNetworkForm
from groups.models import Affiliation, Group, Membership, Power
from groups.views.forms import posted, status_of

GROUPS_A_PAGE = 50
# Below this many groups, how each began would tell which one it is.
FEWEST_COUNTED = 5


@require_safe
def network_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Which form we have and how to change it; our network, or who is in ours."""
    membership = access.membership(request.user, slug)
    context = {
        "group": membership.group,
        "membership": membership,
        "may_coordinate": membership.has_power(Power.COORDINATE),
    }
    if membership.group.is_network:
        return render(request, "groups/network_affiliates.html", context | _as_network(request, membership))
    return render(request, "groups/network_detail.html", context | _as_group(membership))


def _as_group(membership: Membership) -> dict[str, Any]:
    affiliation = Affiliation.objects.open().filter(group=membership.group).select_related("network").first()
    return {
        "affiliation": affiliation,
        "networks": [] if affiliation else Group.objects.filter(kind=Group.Kind.NETWORK).order_by("name")[:100],
    }


def _as_network(request: HttpRequest, membership: Membership) -> dict[str, Any]:
    affiliations = Affiliation.objects.filter(network=membership.group)
    accepted = affiliations.accepted()
    total, named = accepted.count(), accepted.exclude(name="").order_by("name", "pk")
    page = Paginator(named, GROUPS_A_PAGE).get_page(request.GET.get("page"))
    origins = list(accepted.values_list("origin", flat=True)) if total >= FEWEST_COUNTED else []
    return {
        "page": page,
        "total": total,
        "unnamed": total - page.paginator.count,
        "asking": affiliations.asked().order_by("asked_on", "pk")[:100],
        "fewest": FEWEST_COUNTED,
        "origins": [(origins.count(origin), origin.label) for origin in Group.Origin] if origins else [],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def network_found(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    group = membership.group
    if group.is_network:
        return redirect("groups:network-detail", slug)
    form = FoundNetworkForm(posted(request), initial={"language": group.language, "time_zone": group.time_zone})
    if form.is_valid():
        network = networks.found_network(by=membership, **form.cleaned_data)
        messages.success(request, _("%(group)s is founded.") % {"group": network.name})
        return redirect(network)
    return render(request, "groups/network_found.html", {"form": form, "group": group}, status=status_of(form))


@require_POST
def request_withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    affiliation = Affiliation.objects.asked().filter(group=membership.group).first()
    if affiliation is not None:
        networks.withdraw_request(by=membership, affiliation=affiliation)
        messages.success(request, _("Taken back. The network is not asked any more."))
    return redirect("groups:network-detail", slug)


@require_POST
def name_shown(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether the network may know our name. The button says which; pressed twice it says the same."""
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    affiliation = Affiliation.objects.open().filter(group=membership.group).first()
    if affiliation is not None:
        shows_name = request.POST.get("shows_name") == "yes"
        networks.show_name_to_network(by=membership, affiliation=affiliation, shows_name=shows_name)
        messages.success(request, _("Saved."))
    return redirect("groups:network-detail", slug)


@require_POST
def affiliation_accept(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    return _answered(request, slug, pk, accepts=True)


@require_POST
def affiliation_decline(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    return _answered(request, slug, pk, accepts=False)


def _answered(request: HttpRequest, slug: str, pk: UUID, *, accepts: bool) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    affiliation = access.affiliation(membership, pk)
    answer = networks.accept_affiliation if accepts else networks.decline_affiliation
    try:
        answer(by=membership, affiliation=affiliation)
    except networks.Answered:
        messages.warning(request, _("Somebody answered this already, or it was taken back."))
    else:
        messages.success(request, _("It is part of the network now.") if accepts else _("Declined."))
    return redirect("groups:network-detail", slug)
