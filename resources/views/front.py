"""Addresses without a language: the front door and what browsers ask for by themselves."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, override
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    """To the home page in the language that the browser asks for. No cookie: the address remembers it."""
    with override(get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("resources:home"))
    patch_vary_headers(response, ["Accept-Language"])
    return response


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(static("favicon.svg"))


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read what is public, and learn no other address from here."""
    lines = ["User-agent: *", *(f"Allow: /{code}/" for code, _ in settings.LANGUAGES), "Disallow: /"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
