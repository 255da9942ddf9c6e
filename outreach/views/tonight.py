"""Tonight: what it adds up to so far, and the way to the next contact."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from groups import access
from groups.models import Membership, Power
from outreach.models import Contact, Kit
from outreach.models.catalogue import FALLBACK_LANGUAGE
from outreach.models.contacts import outreach_day
from outreach.views.contacts import undo_tokens
from outreach.views.totals import in_words

_LAST_SHOWN = 5


@require_http_methods(["GET"])
def tonight(request: HttpRequest) -> HttpResponse:
    """Straight on for who logs outreach in one group, a choice for several, a next step for everyone else."""
    logging = access.memberships_with(request.user, Power.LOG_OUTREACH)
    if len(logging) == 1:
        return _tonight_of(request, logging[0])
    if logging:
        return render(request, "outreach/tonight_choose.html", {"memberships": logging})
    return render(request, "outreach/tonight_none.html", {"memberships": access.memberships_of(request.user)})


@require_http_methods(["GET"])
def group_tonight(request: HttpRequest, slug: str) -> HttpResponse:
    return _tonight_of(request, access.membership(request.user, slug, may=Power.LOG_OUTREACH))


def _tonight_of(request: HttpRequest, membership: Membership) -> HttpResponse:
    group = membership.group
    day = outreach_day(timezone.now(), group.zone)
    ours = Contact.objects.on_day(group, day)
    mine = ours.of_worker(membership.person)
    language = get_language() or FALLBACK_LANGUAGE
    tokens = undo_tokens(request)
    last = [
        (contact, tokens.get(str(contact.pk)))
        for contact in mine.with_lines(language).newest_first(list(tokens))[:_LAST_SHOWN]
    ]
    month = Contact.objects.reported_to(membership).between(group, day.replace(day=1), day)
    return render(
        request,
        "outreach/tonight.html",
        {
            "group": group,
            "day": day,
            "ours": in_words(ours.totals()),
            "mine": in_words(mine.totals()),
            "last": last,
            "month": in_words(month.totals()),
            "can_make_first_kit": membership.can_keep_supplies
            and not Kit.objects.active().filter(group=group).exists(),
            "sees_all": membership.has_power(Power.SEE_REPORTS),
        },
    )
