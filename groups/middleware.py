"""Turns who asks into what the database lets them see, for the whole of the response."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from groups.actions.tokens import bearer
from groups.models import Membership
from hrplatform import errors, isolation, sealing
from hrplatform.problems import is_for_programs

GetResponse = Callable[[HttpRequest], HttpResponseBase]
# A secret has 43 letters. Whatever is much longer is none, and is not looked up.
_LONGEST_SECRET = 100
# A file of everything must fit together, whatever others write while it is made.
_AT_ONE_MOMENT = "/take-along/"


class TokenBearers:
    """Under /api/ the one who asks is the person whose token is sent; a browser that is signed in counts for nothing.

    Before PrivatePages, which opens the person's context around the whole answer, as for a page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_for_programs(request):
            secret = _secret_in(request)
            token = bearer(secret=secret) if secret else None
            request.api_token = token  # type: ignore[attr-defined]
            request.user = token.person if token else AnonymousUser()
        return self.get_response(request)


def _secret_in(request: HttpRequest) -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    is_one = kind.lower() == "bearer" and secret.isascii() and secret.isprintable() and len(secret) <= _LONGEST_SECRET
    return secret.strip() if is_one else ""


class PrivatePages:
    """Opens the isolation context of the person who asks around view *and* rendering, in one transaction.

    Innermost, so that nothing touches group rows outside it. A visitor's request gets no context and, when it only
    reads, no transaction: published pages need neither. A request that fails leaves nothing half-written.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = request.user
        if not person.is_authenticated:
            return self.get_response(request)
        token = getattr(request, "api_token", None)
        # Times are shown on the person's own clocks, except where a page says that they are the group's. Programs are
        # told them in UTC.
        zone, at_one_moment = UTC if token else person.zone, request.path_info.endswith(_AT_ONE_MOMENT)
        with timezone.override(zone), isolation.context(person=person.pk, at_one_moment=at_one_moment):
            mine = Membership.objects.active().filter(person=person)
            isolation.widen(groups=(token.within(mine) if token else mine).values_list("group_id", flat=True))
            response = self.get_response(request)
            if response.streaming:
                raise TypeError("A streamed body would be read after its isolation context has ended.")
            if response.status_code >= 500 or getattr(request, "failed_in_view", False):
                transaction.set_rollback(True)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Without the master key private pages are closed; public ones stay open."""
        is_private = getattr(view, "login_required", True) or is_for_programs(request)
        if request.user.is_authenticated and is_private and not sealing.is_available():
            return errors.unavailable(request)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        request.failed_in_view = True  # type: ignore[attr-defined]
