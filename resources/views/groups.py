"""A public group's own page: who they are, when they meet, what they wrote, how to reach them. Never where."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from groups.models import Campaign, Group
from hrplatform import isolation
from resources.languages import Language
from resources.models import GuideTranslation


@login_not_required
@require_http_methods(["GET", "HEAD"])
def near_group(request: HttpRequest, slug: str) -> HttpResponse:
    """The database shows a visitor public groups and no meeting; of those, only the times are fetched, in the group's
    own context, and only where the group says so."""
    group = Group.objects.public().filter(slug=slug).defer("wrapped_keys").first()
    if group is None:
        raise Http404
    times = []
    if group.shows_meetings:
        with isolation.context(groups=[group.pk]):
            times = group.regular_times()
    guides = GuideTranslation.objects.published().to_list().filter(guide__group=group).best_for(get_language() or "en")
    context = {
        "group": group,
        "language": Language(group.language),
        "times": times,
        "campaigns": Campaign.objects.public_of(group).running(),
        "guides": sorted(guides, key=lambda each: each.title),
    }
    return render(request, "resources/near_group.html", context)
