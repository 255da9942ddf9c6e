"""Putting kits together."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups.models import Membership
from groups.views.forms import posted, status_of
from outreach import access, actions
from outreach.forms import KitForm
from outreach.models import Kit
from outreach.models.catalogue import FALLBACK_LANGUAGE


@require_http_methods(["GET", "HEAD", "POST"])
def kit_make(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.supply_keeper(request.user, slug)
    form = _form(request)
    if form.is_valid():
        try:
            actions.make_kit(by=membership, **form.facts())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved. It is one tap when you log a contact."))
            return redirect("outreach:supplies", slug)
    context = {"group": membership.group, "form": form}
    return render(request, "outreach/kit_form.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def kit_change(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.supply_keeper(request.user, slug)
    kit = access.kit(membership, pk, get_language() or FALLBACK_LANGUAGE)
    if "use" in request.POST:
        return _put_away_or_take_back(request, membership, kit)
    form = _form(request, kit)
    if form.is_valid():
        try:
            actions.change_kit(by=membership, kit=kit, **form.facts())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved. What was handed out before stays counted as it was."))
            return redirect("outreach:supplies", slug)
    context = {"group": membership.group, "kit": kit, "form": form}
    return render(request, "outreach/kit_form.html", context, status=status_of(form))


def _form(request: HttpRequest, kit: Kit | None = None) -> KitForm:
    """Without script each stepper button comes back here as `step=<field>:+1`: counted, nothing saved."""
    is_step = "step" in request.POST
    return KitForm(kit=kit, data=None if is_step else posted(request), typed=request.POST if is_step else None)


def _put_away_or_take_back(request: HttpRequest, membership: Membership, kit: Kit) -> HttpResponse:
    is_active = request.POST["use"] == "yes"
    try:
        actions.change_kit(by=membership, kit=kit, is_active=is_active)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("In use again.") if is_active else _("Put away."))
    return redirect("outreach:supplies", membership.group.slug)
