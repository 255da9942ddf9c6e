"""The visitor's first pages. None of them sets a cookie, and all are kept (hrplatform/public_pages.py)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from groups.models import Group
from resources.languages import Language
from resources.models import GuideTranslation


@login_not_required
@require_http_methods(["GET", "HEAD"])
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "resources/home.html")


@login_not_required
@require_http_methods(["GET", "HEAD"])
def help_now(request: HttpRequest) -> HttpResponse:
    """What to do this minute: the first guide that knows danger to life in full, the others by their titles."""
    urgent = list(GuideTranslation.objects.published().for_danger().best_for(get_language() or "en"))
    urgent.sort(key=lambda each: (each.guide.topic.position, each.guide.position, each.guide.slug))
    return render(request, "resources/help_now.html", {"first": next(iter(urgent), None), "others": urgent[1:]})


@login_not_required
@require_http_methods(["GET", "HEAD"])
def near(request: HttpRequest) -> HttpResponse:
    """The groups that want to be found. Each says itself how it wishes to be reached."""
    groups = Group.objects.public().defer("wrapped_keys").order_by("area", "name")
    found = [{"group": group, "language": Language(group.language)} for group in groups]
    return render(request, "resources/near.html", {"found": found})


@login_not_required
@require_http_methods(["GET", "HEAD"])
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "resources/about.html")
