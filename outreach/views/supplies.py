"""What a group hands out together, and where: its kits and its places."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from outreach import access
from outreach.models import Kit, Site
from outreach.models.catalogue import FALLBACK_LANGUAGE


@require_safe
def supplies(request: HttpRequest, slug: str) -> HttpResponse:
    group = access.supply_keeper(request.user, slug).group
    kits = list(Kit.objects.filter(group=group).with_lines(get_language() or FALLBACK_LANGUAGE))
    sites = list(Site.objects.filter(group=group))
    context = {
        "group": group,
        "kits": [kit for kit in kits if kit.is_active],
        "kits_put_away": [kit for kit in kits if not kit.is_active],
        "sites": [site for site in sites if site.is_active],
        "sites_put_away": [site for site in sites if not site.is_active],
    }
    return render(request, "outreach/supplies.html", context)
