"""Personal tokens: what a program of one's own may do. Shown once, taken back in one tap."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access, actions
from groups.actions.tokens import MOST_TOKENS
from groups.forms import TokenForm
from groups.models import ApiToken
from groups.views.forms import posted, status_of
from groups.views.me import signed_in
from groups.views.reauthentication import passphrase_typed_lately


@require_safe
def token_list(request: HttpRequest) -> HttpResponse:
    mine = ApiToken.objects.filter(person=signed_in(request)).select_related("person", "membership__group")
    return render(request, "groups/token_list.html", {"tokens": mine})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@passphrase_typed_lately
def token_make(request: HttpRequest) -> HttpResponse:
    """The form; its answer shows the secret, this once."""
    person = signed_in(request)
    form = TokenForm(posted(request), memberships=access.memberships_of(person))
    if form.is_valid():
        try:
            token, secret = actions.make_token(by=person, **form.cleaned_data)
        except actions.TooManyTokens:
            form.add_error(None, _("You have %(number)s tokens. Take one back first.") % {"number": MOST_TOKENS})
        else:
            return render(request, "groups/token_made.html", {"token": token, "secret": secret})
    return render(request, "groups/token_make.html", {"form": form}, status=status_of(form))


@require_POST
def token_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = signed_in(request)
    actions.revoke_token(by=person, token=access.token(person, pk))
    messages.success(request, _("Taken back. The token does not work any more."))
    return redirect("groups:token-list")
