"""Turns who is signed in into what the database lets them see, for the whole of the response."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from groups.models import Membership
from hrplatform import errors, isolation, sealing


class PrivatePages:
    """Opens the isolation context of the signed-in person around view *and* rendering, in one transaction.

    Innermost, so that nothing touches group rows outside it. A visitor's request gets no context and, when it only
    reads, no transaction: published pages need neither. A request that fails leaves nothing half-written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = request.user
        if not person.is_authenticated:
            return self.get_response(request)
        # Times are shown on the person's own clocks, except where a page says that they are the group's.
        with timezone.override(person.zone), isolation.context(person=person.pk):
            mine = Membership.objects.active().filter(person=person).values_list("group_id", flat=True)
            isolation.widen(groups=mine)
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
        if request.user.is_authenticated and getattr(view, "login_required", True) and not sealing.is_available():
            return errors.unavailable(request)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        request.failed_in_view = True  # type: ignore[attr-defined]
