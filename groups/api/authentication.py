"""Who asks, and whether the token they sent is meant for this. What the person may do is asked in groups/access.py."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from groups.adapter import hidden_source
from groups.models import ApiToken, Person


class TokenAuthentication(BaseAuthentication):
    """Takes over what groups/middleware.py found, before it opened the person's isolation context."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        token = getattr(request._request, "api_token", None)
        return (token.person, token) if token else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasScope(BasePermission):
    """Nothing is open by default: every method of every view names the scope it needs."""

    message = "This token was not made for that."
    code = "scope"

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        if not hasattr(view, method.lower()) or method == "OPTIONS":
            return True  # There is no such method here, which is said next.
        return request.auth.allows(view.scopes[method])


class PersonThrottle(SimpleRateThrottle):
    """Counts a person's requests, whatever token they send, under a word that changes daily and leads to nobody."""

    scope = "person"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if not isinstance(request.user, Person):
            return None
        return f"api-{hidden_source(str(request.user.pk))}"
