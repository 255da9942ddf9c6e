"""Who did what: for every member, with what it is about and when to choose from."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import DateField, QuerySet
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from groups import access
from groups.actions.journal import first_broken_entry, newest_entries_fit
from groups.forms.journal import JournalForm
from groups.models import Group, JournalEntry, Person

ENTRIES_A_PAGE = 50


@require_safe
def journal(request: HttpRequest, slug: str) -> HttpResponse:
    group = access.membership(request.user, slug).group
    entries = JournalEntry.objects.filter(group=group)
    form = JournalForm(request.GET, verbs=_verbs(entries), months=_months(entries, group))
    chosen = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    page = Paginator(_chosen(entries, group, chosen), ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    handles = dict(Person.objects.filter(pk__in={entry.actor for entry in page}).values_list("pk", "handle"))
    was_asked = "check" in request.GET
    context = {
        "group": group,
        "form": form,
        "page": page,
        "query": f"{urlencode(chosen)}&" if chosen else "",
        "is_narrowed": bool(chosen),
        "rows": [(entry, entry.actor and handles.get(entry.actor)) for entry in page],
        "was_checked": was_asked,
        "is_whole": first_broken_entry(group) is None if was_asked else newest_entries_fit(group),
    }
    return render(request, "groups/journal.html", context)


def _verbs(entries: QuerySet[JournalEntry]) -> list[tuple[str, str]]:
    """What has happened in this group so far, in words."""
    verbs = entries.order_by().values_list("verb", flat=True).distinct()
    return sorted(((verb, JournalEntry(verb=verb).described) for verb in verbs), key=lambda each: each[1])


def _months(entries: QuerySet[JournalEntry], group: Group) -> list[tuple[str, str]]:
    months = entries.annotate(month=TruncMonth("at", tzinfo=group.zone, output_field=DateField()))
    found = months.order_by("-month").values_list("month", flat=True).distinct()
    return [(month.strftime("%Y-%m"), date_format(month, "YEAR_MONTH_FORMAT")) for month in found]


def _chosen(entries: QuerySet[JournalEntry], group: Group, chosen: dict[str, str]) -> QuerySet[JournalEntry]:
    entries = entries.order_by("-number")
    if verb := chosen.get("what"):
        entries = entries.filter(verb=verb)
    if month := chosen.get("month"):
        begins = datetime.strptime(month, "%Y-%m").replace(tzinfo=group.zone)
        ends = (begins + timedelta(days=32)).replace(day=1)
        entries = entries.filter(at__gte=begins, at__lt=ends)
    return entries
