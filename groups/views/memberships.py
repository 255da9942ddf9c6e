"""Who is in a group, and how one stands in it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groups import access, actions
from groups.forms import StandingForm
from groups.models import Membership, Power
from groups.views.forms import posted, status_of

ON_A_PAGE = 50


@require_safe
def member_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    members = Membership.objects.active().with_roles().filter(group=membership.group).order_by("person__handle")
    page = Paginator(members, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "membership": membership,
        "group": membership.group,
        "members": page,
        "page": page,
        "may_coordinate": membership.has_power(Power.COORDINATE),
    }
    return render(request, "groups/member_list.html", context)


@require_safe
def membership_end(request: HttpRequest, slug: str) -> HttpResponse:
    """Only members together end a membership: from here one proposes it to them."""
    membership = access.membership(request.user, slug)
    others = Membership.objects.active().filter(group=membership.group).exclude(pk=membership.pk)
    page = Paginator(others.select_related("person").order_by("person__handle"), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "groups/membership_end.html", {"group": membership.group, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def standing(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    form = StandingForm(posted(request), initial={"standing": membership.standing})
    if form.is_valid():
        actions.declare_standing(by=membership, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(membership.group)
    context = {"form": form, "group": membership.group}
    return render(request, "groups/standing.html", context, status=status_of(form))
