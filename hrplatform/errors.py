"""Our own pages for everything that goes wrong. None of them needs the database.

What happened, what was kept, what to do. When the database is away during a form, the page that says so carries
everything that was typed, with a button that sends it again.
"""

import logging
import sys
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

from hrplatform.context import last_known_instance
from hrplatform.problems import is_for_programs, problem
from hrplatform.sealing import KeyUnavailable

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 20
_AWAY = (OperationalError, InterfaceError, PoolTimeout, RedisError, KeyUnavailable)
_NEVER_SHOWN_AGAIN = ("csrfmiddlewaretoken", "password", "oldpassword", "password1", "password2")


def page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    if is_for_programs(request):
        return problem(status)
    instance = last_known_instance()
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        # Whoever may be signed in leaves through the door that signs out; it opens without the database too.
        instance = replace(instance, exit_url=reverse("leave"))
    # Without the request, so that no context processor asks the database for the signed-in person.
    context = {"instance": instance, **context}
    response = HttpResponse(render_to_string(f"errors/{status}.html", context), status=status)
    response["Cache-Control"] = "no-store"
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database, the broker or the key is away. Nothing typed is lost, and the exit still leads out."""
    if request.path_info == reverse("leave"):
        return leave_without_the_database()
    context: dict[str, Any] = {}
    if request.method == "POST" and request.content_type == "application/x-www-form-urlencoded":
        context = {
            "action": request.get_full_path(),
            # What the form was sent with. A new one would need a cookie that may not reach the browser from here, and
            # would vouch for a form that nobody has checked yet.
            "csrf_token": request.POST.get("csrfmiddlewaretoken", ""),
            "resubmit": [
                (name, value)
                for name, values in request.POST.lists()
                if name not in _NEVER_SHOWN_AGAIN
                for value in values
            ],
        }
    response = page(request, 503, **context)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if context and not is_for_programs(request):
        # Its form must be let through when it is sent again (docs/decisions/referrer.md).
        response["Referrer-Policy"] = "same-origin"
    return response


def leave_without_the_database() -> HttpResponse:
    """The session cannot be ended where it is kept, so the browser forgets it. It ends there by itself, unused."""
    response = HttpResponseRedirect(last_known_instance().exit_url)
    response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
    response["Clear-Site-Data"] = '"cache"'
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 413 if isinstance(exception, RequestDataTooBig | TooManyFieldsSent) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(request, 403, is_stale_form=True)


def too_many_tries(request: HttpRequest) -> HttpResponse:
    response = page(request, 429)
    response["Retry-After"] = "300"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    if isinstance(error, _AWAY) or (isinstance(error, DatabaseError) and isinstance(error.__cause__, _AWAY)):
        return unavailable(request)
    return page(request, 500)
