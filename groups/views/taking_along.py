"""Leaving with the data, and coming back with it elsewhere."""

import io
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groups import access, actions
from groups.forms import ComeBackForm, TakeAlongForm
from groups.models import Power, Proposal
from groups.returning import whose
from groups.views.forms import posted, status_of
from groups.views.reauthentication import passphrase_typed_lately

MOST_BYTES = 64 * 2**20


class TooLarge(Exception):
    """More than is kept in memory for one answer: on a disk it would lie in the open."""


class _InMemory(io.BytesIO):
    def write(self, data: object) -> int:
        if self.tell() > MOST_BYTES:
            raise TooLarge
        return super().write(data)  # type: ignore[arg-type]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@passphrase_typed_lately
def take_along(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything the group owns, as one file. groups/middleware.py lets it be read as of one moment."""
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    form = TakeAlongForm(posted(request))
    if form.is_valid():
        file = _InMemory()
        try:
            with transaction.atomic():
                actions.export_group(
                    by=membership, group=membership.group, file=file, passphrase=form.cleaned_data["passphrase"]
                )
        except TooLarge:
            form.add_error(None, _("Your group holds more than fits through here. Ask the operator for the file."))
        else:
            # A name that says nothing: it stays in the list of downloads.
            name = "archive.locked" if form.cleaned_data["passphrase"] else "archive.zip"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(file.getvalue(), content_type="application/octet-stream", headers=headers)
    erase = reverse("groups:proposal-new", args=[slug]) + f"?effect={Proposal.Effect.ERASE_GROUP}"
    context = {"form": form, "group": membership.group, "erase_address": erase}
    return render(request, "groups/take_along.html", context, status=status_of(form))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def come_back(request: HttpRequest, pk: UUID, token: str) -> HttpResponse:
    """Somebody whose group was brought here chooses a passphrase for the account that waits for them."""
    person = whose(pk, token)
    if person is None:
        return render(request, "groups/join_over.html", status=410)
    form = ComeBackForm(person, posted(request))
    if form.is_valid():
        actions.take_up_account(by=person, passphrase=form.cleaned_data["new_password1"])
        messages.success(request, _("Welcome back. Sign in with your handle and the new passphrase."))
        return redirect("account_login")
    return render(request, "groups/come_back.html", {"form": form, "person": person}, status=status_of(form))
