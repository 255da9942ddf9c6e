"""Logging a contact and taking it back."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups import access
from groups.models import Power
from groups.views.forms import status_of
from outreach import actions
from outreach.access import own_contact
from outreach.actions.contacts import UNDO_WITHIN, undoable
from outreach.forms import ContactForm
from outreach.models import Contact

# More than this are not made in ten minutes; a cookie should stay small.
_TOKENS_KEPT = 10


@require_http_methods(["GET", "POST"])
def contact_log(request: HttpRequest, slug: str) -> HttpResponse:
    """The form. Without script each stepper button comes back here as `step=<field>:+1`: counted, nothing saved."""
    membership = access.membership(request.user, slug, may=Power.LOG_OUTREACH)
    is_step = "step" in request.POST
    form = ContactForm(
        membership=membership,
        data=request.POST if request.method == "POST" and not is_step else None,
        typed=request.POST if is_step else None,
    )
    if form.is_valid():
        was_saved_before = Contact.objects.filter(pk=form.cleaned_data["id"]).exists()
        try:
            contact = actions.log_contact(by=membership, **form.facts())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if was_saved_before:
                messages.info(request, _("This contact was saved before. Nothing was counted twice."))
                return redirect("outreach:group-tonight", slug)
            messages.success(request, _("Saved."))
            response = redirect("outreach:group-tonight", slug)
            remember_undo(response, [actions.undo_token(contact), *undo_tokens(request).values()])
            return response
    context = {
        "group": membership.group,
        "form": form,
        "can_make_first_kit": membership.can_keep_supplies and not form.kits,
    }
    return render(request, "outreach/contact_log.html", context, status=status_of(form))


@require_http_methods(["POST"])
def contact_undo(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.LOG_OUTREACH)
    try:
        actions.undo_contact(by=membership, contact=own_contact(membership, pk), token=request.POST.get("token", ""))
    except Http404:
        # Pressed twice: the first press did it.
        messages.info(request, _("This contact is not there any more."))
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("Taken back. It is not counted."))
    return redirect("outreach:group-tonight", slug)


# --- What can still be undone is known to the worker's own browser only -----------------------------------------------

_COOKIE = "__Host-undo" if settings.IS_SECURE else "undo"


def undo_tokens(request: HttpRequest) -> dict[str, str]:
    """By contact id, newest first: the tokens that have not run out."""
    tokens = request.COOKIES.get(_COOKIE, "").split(".")[:_TOKENS_KEPT]
    return {contact: token for token in tokens if (contact := undoable(token))}


def remember_undo(response: HttpResponse, tokens: list[str]) -> None:
    response.set_cookie(
        _COOKIE,
        ".".join(tokens[:_TOKENS_KEPT]),
        max_age=UNDO_WITHIN,
        secure=settings.IS_SECURE,
        httponly=True,
        samesite="Lax",
    )
