"""What contacts add up to, in words and as a table."""

import re
from calendar import monthrange
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_http_methods

from groups import access
from groups.models import Power
from outreach.models import Contact, Totals
from outreach.models.catalogue import FALLBACK_LANGUAGE
from outreach.models.contacts import outreach_day

_FIRST_YEAR, _LAST_YEAR = 2000, 2200


@require_http_methods(["GET"])
def month_totals(request: HttpRequest, slug: str) -> HttpResponse:
    """One month by category, `?month=2026-11`: the group's for those who see reports, their own for peer workers."""
    membership = access.membership(request.user, slug)
    if not membership.powers & {Power.SEE_REPORTS, Power.LOG_OUTREACH}:
        raise PermissionDenied
    group = membership.group
    today = outreach_day(timezone.now(), group.zone)
    first = _month(request.GET.get("month"), today)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    contacts = Contact.objects.reported_to(membership).between(group, first, last)
    totals = contacts.totals(get_language() or FALLBACK_LANGUAGE)
    return render(
        request,
        "outreach/month_totals.html",
        {
            "group": group,
            "month": first,
            "before": first - timedelta(days=1),
            "after": last + timedelta(days=1) if last < today else None,
            "totals": totals,
            "words": in_words(totals),
            "sees_all": membership.has_power(Power.SEE_REPORTS),
            "may_log": membership.has_power(Power.LOG_OUTREACH),
        },
    )


def _month(text: str | None, today: date) -> date:
    if text is None:
        return today.replace(day=1)
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
    if not found or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        raise Http404
    return date(int(found[1]), int(found[2]), 1)


def in_words(totals: Totals) -> list[tuple[int, str]]:
    """The numbers that answer "what did we do", each with its words. What was not handed out is left out."""
    always = [
        (totals.syringes, ngettext("needle-syringe", "needle-syringes", totals.syringes)),
        (totals.contacts, ngettext("contact", "contacts", totals.contacts)),
        (totals.people_reached, ngettext("person reached", "people reached", totals.people_reached)),
    ]
    # Nasal and injectable doses are never added to each other.
    sometimes = [
        (totals.nasal_doses, ngettext("dose of nasal naloxone", "doses of nasal naloxone", totals.nasal_doses)),
        (
            totals.injectable_doses,
            ngettext("dose of injectable naloxone", "doses of injectable naloxone", totals.injectable_doses),
        ),
        (
            totals.used_returned,
            ngettext("used syringe returned", "used syringes returned", totals.used_returned),
        ),
    ]
    return always + [pair for pair in sometimes if pair[0]]
