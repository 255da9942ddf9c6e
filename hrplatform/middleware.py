"""Around every request: headers, limits, the page's language, and a page of ours for every error."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from hrplatform import errors
from hrplatform.problems import is_for_programs

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "application/json")
_WITH_BODY = ("POST", "PUT", "PATCH")
_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def response_headers(get_response: GetResponse) -> GetResponse:
    """What no library sets: other origins may not embed us, and signed-in pages leave nothing in a cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Cross-Origin-Embedder-Policy"] = "require-corp"
        # Django notes this when a form token is asked for, and at no other time but sign-in.
        if "CSRF_COOKIE_NEEDS_UPDATE" in request.META:
            # This page holds a form of ours. Under no-referrer browsers send it with `Origin: null`, which cannot be
            # told from a forged one; same-origin tells other sites just as little (docs/decisions/referrer.md).
            response["Referrer-Policy"] = "same-origin"
        is_ours_alone = settings.SESSION_COOKIE_NAME in request.COOKIES or is_for_programs(request)
        if is_ours_alone and not request.path_info.startswith(settings.STATIC_URL):
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware


def error_pages(get_response: GetResponse) -> GetResponse:
    """Errors that come without a body, like a wrong method, get a page too."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code in (405, 415, 429) and not getattr(response, "content", b""):
            replacement = errors.page(request, response.status_code)
            for name in ("Allow", "Retry-After"):
                if name in response:
                    replacement[name] = response[name]
            return replacement
        return response

    return middleware


def request_limits(get_response: GetResponse) -> GetResponse:
    """Refuses by size and kind before anything reads the body."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method not in _METHODS:
            return errors.page(request, 405)
        if request.method in _WITH_BODY:
            length = request.META.get("CONTENT_LENGTH") or "0"
            # ASCII digits, few of them: "²" is a digit to Python, and thousands of them are no number to int().
            if not (length.isascii() and length.isdigit() and len(length) <= 30):
                return errors.page(request, 400)
            if int(length) > settings.REQUEST_MAX_BYTES:
                return errors.page(request, 413)
            if int(length) and request.content_type not in _FORM_TYPES:
                return errors.page(request, 415)
        return get_response(request)

    return middleware


class LanguageMiddleware(LocaleMiddleware):
    """Visitors: the language of the address. Signed-in people: the one they chose, wherever the address names none.

    The choice travels in the session, so that no page needs a query for it, and in no cookie of its own.
    """

    SESSION_KEY = "language"

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if translation.get_language_from_path(request.path_info):
            return
        if settings.SESSION_COOKIE_NAME in request.COOKIES and (chosen := request.session.get(self.SESSION_KEY)):
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language()


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers without the database: the web server itself is up."""
    return HttpResponse("ok", content_type="text/plain")
