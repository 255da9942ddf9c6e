"""Who leads: shares of peers by quarter, for members."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import access
from groups.models import LeadershipCount
from hrplatform.charts import Bar

MOST_QUARTERS = 8


@require_safe
def leadership(request: HttpRequest, slug: str) -> HttpResponse:
    """Closed quarters only: what changes from day to day would tell who voted today."""
    membership = access.membership(request.user, slug)
    counts = list(LeadershipCount.objects.of(membership.group))
    quarters = sorted({each.quarter for each in counts})[-MOST_QUARTERS:]
    shares = {(each.quarter, each.what): each.share for each in counts}
    context = {
        "group": membership.group,
        "fewest": LeadershipCount.FEWEST,
        "charts": [
            (what.label, [_bar(quarter, shares.get((quarter, what))) for quarter in quarters])
            for what in LeadershipCount.What
        ],
        "columns": [_("Quarter"), *(what.label for what in LeadershipCount.What)],
        "rows": [
            [_name(quarter), *(_in_words(shares.get((quarter, what))) for what in LeadershipCount.What)]
            for quarter in reversed(quarters)
        ],
    }
    return render(request, "groups/leadership.html", context)


def _bar(quarter: date, share: int | None) -> Bar:
    return Bar(label=_name(quarter), value=share, words=_in_words(share))


def _name(quarter: date) -> str:
    # Translators: a quarter of a year: the third quarter of 2026 is "Q3 2026".
    return _("Q%(number)s %(year)s") % {"number": (quarter.month + 2) // 3, "year": quarter.year}


def _in_words(share: int | None) -> str:
    return _("too few") if share is None else f"{share}%"
