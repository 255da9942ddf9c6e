"""Which meetings a calendar shows, and how much of each. groups/ical.py writes them down."""

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from groups.ical import Event, calendar
from groups.models import CalendarFeed, Group, Meeting

# Behind this many days, and at most so many meetings: a calendar keeps what it once fetched as it likes.
_DAYS_BACK = 60
_MOST = 1000
_FACTS = ("starts_at", "duration_minutes", "cancelled_at", "sequence", "changed_at", "group_id")


def meetings_of(groups: Iterable[Group]) -> QuerySet[Meeting]:
    since = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=_DAYS_BACK)
    shown = Meeting.objects.filter(group__in=list(groups), starts_at__gte=since).order_by("starts_at", "pk")
    return shown.only(*_FACTS)


def private(feed: CalendarFeed, groups: list[Group]) -> str:
    """A person's meetings in all these groups: discreet ones say that somebody is busy, and nothing else."""
    by_key = {group.pk: group for group in groups}
    meetings = meetings_of(groups)
    with override(feed.person.language):
        if feed.is_full:
            rows = meetings.only(*_FACTS, "title", "place")[:_MOST]
            for meeting in rows:
                meeting.group = by_key[meeting.group_id]  # each group once, with its keys opened once
            return calendar(map(full_event, rows), name=_("Meetings"))
        busy = _("Busy")
        discreet = (
            _event(row, by_key[row.group_id].zone, f"{_own(feed, row)}@calendar", busy) for row in meetings[:_MOST]
        )
        return calendar(discreet, name=_("Calendar"))


def public(group: Group) -> str:
    """When a public group meets: its name and the time. No title and no place, which are the members' own."""
    events = (_event(row, group.zone, f"{row.pk}@calendar", group.name) for row in meetings_of([group])[:_MOST])
    return calendar(events, name=group.name)


def single(meeting: Meeting) -> str:
    return calendar([full_event(meeting)], name=meeting.title)


def full_event(meeting: Meeting) -> Event:
    url = settings.SITE_URL + meeting.get_absolute_url()
    uid = f"{meeting.pk}@calendar"
    return _event(meeting, meeting.group.zone, uid, meeting.title, place=meeting.place, url=url)


def _event(meeting: Meeting, zone: ZoneInfo, uid: str, summary: str, *, place: str = "", url: str = "") -> Event:
    # Calling off is a change like any other, also where it was not counted.
    sequence = meeting.sequence + (meeting.cancelled_at is not None)
    changed = max(meeting.changed_at, meeting.cancelled_at or meeting.changed_at)
    return Event(
        uid, meeting.starts_at, meeting.duration_minutes, zone, changed, sequence, meeting.is_cancelled, summary,
        place, url,
    )  # fmt: skip


def _own(feed: CalendarFeed, meeting: Meeting) -> str:
    """The same for ever in one person's calendar, and another in each person's: two phones do not tell who met."""
    return salted_hmac("groups.calendar", f"{feed.person_id}:{meeting.pk}", algorithm="sha256").hexdigest()[:32]


def mark_of(groups: list[Group], *facts: str) -> str:
    """Changes whenever the calendar would. One query, which reads no meeting's words."""
    found = meetings_of(groups).aggregate(
        Count("pk"), Count("cancelled_at"), Max("cancelled_at"), Max("changed_at"), Sum("sequence"), Min("starts_at"),
        Max("starts_at"), Sum("duration_minutes"),
    )  # fmt: skip
    told = [(group.pk, group.name, group.time_zone) for group in groups]
    return sha256(repr((sorted(found.items()), told, facts)).encode()).hexdigest()[:32]
