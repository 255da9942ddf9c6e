"""How the sign-in library fits here: accounts by invitation, no address of anyone kept."""

import hashlib
import hmac
import os
import secrets
import time
from ipaddress import IPv6Network, ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from groups.models import Person
from hrplatform import errors
from hrplatform.middleware import LanguageMiddleware

# Lives in memory only, and is mixed with the day: what the rate limits keep leads back to no address.
# `manage.py up` gives all its processes one; otherwise each process has its own and counts for itself.
_RATE_KEY = os.environ.get("HRPLATFORM_RATE_KEY", "").encode() or secrets.token_bytes(32)


def hidden_source(address: str) -> str:
    """A word that stands for where a request comes from, today, to count tries by."""
    day = int(time.time() // 86_400)
    return hmac.new(_RATE_KEY, f"{day}|{address}".encode(), hashlib.sha256).hexdigest()[:32]


def network_of(address: str) -> str:
    """An IPv6 subscriber has a whole /64 to come from: it counts as one source."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((known, 64), strict=False)) if known.version == 6 else address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("This handle and passphrase do not go together. Check both and try again."),
        "username_taken": _("Someone here has this handle already. Choose another."),
        "enter_current_password": _("This is not your passphrase now. Check it and try again."),
        "incorrect_password": _("This is not your passphrase. Check it and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Only through a link that the view in groups/views/joining.py has found to be good."""
        return bool(getattr(request, "may_sign_up", False))

    def get_client_ip(self, request: HttpRequest) -> str:
        """A word for the source; behind TRUSTED_PROXY_COUNT proxies, for the hop that they name."""
        try:
            address: str = super().get_client_ip(request)
        except PermissionDenied:  # No address at all: a connection over a socket of this machine.
            address = "local socket"
        return hidden_source(network_of(address))

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages for everybody: a form is never answered with its contents as JSON."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Too many wrong tries from one source: a page that says so, whatever the handle was."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            raise ImmediateHttpResponse(errors.too_many_tries(request)) from error

    def get_http_user_agent(self, request: HttpRequest) -> str:
        return ""

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:
        user.language = (get_language() or "en").split("-")[0]
        user.time_zone = getattr(request, "time_zone_of_group", "UTC")
        saved: Person = super().save_user(request, user, form, commit)
        return saved

    def login(self, request: HttpRequest, user: Person) -> None:
        super().login(request, user)
        request.session[LanguageMiddleware.SESSION_KEY] = user.language

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing: an account's letters would name what this is."""
