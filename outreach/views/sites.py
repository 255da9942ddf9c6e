"""Saying where outreach happens."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups.models import Membership
from groups.views.forms import posted, status_of
from outreach import access, actions
from outreach.forms import SiteForm
from outreach.models import Site


@require_http_methods(["GET", "HEAD", "POST"])
def site_make(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.supply_keeper(request.user, slug)
    form = SiteForm(posted(request))
    if form.is_valid():
        try:
            actions.make_site(by=membership, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved. You can choose it when you log a contact."))
            return redirect("outreach:supplies", slug)
    context = {"group": membership.group, "form": form}
    return render(request, "outreach/site_form.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def site_change(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.supply_keeper(request.user, slug)
    site = access.site(membership, pk)
    if "use" in request.POST:
        return _put_away_or_take_back(request, membership, site)
    form = SiteForm(posted(request), initial={"name": site.name, "kind": site.kind, "area": site.area})
    if form.is_valid():
        try:
            actions.change_site(by=membership, site=site, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("outreach:supplies", slug)
    context = {"group": membership.group, "site": site, "form": form}
    return render(request, "outreach/site_form.html", context, status=status_of(form))


def _put_away_or_take_back(request: HttpRequest, membership: Membership, site: Site) -> HttpResponse:
    is_active = request.POST["use"] == "yes"
    try:
        actions.change_site(by=membership, site=site, is_active=is_active)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("In use again.") if is_active else _("Put away."))
    return redirect("outreach:supplies", membership.group.slug)
