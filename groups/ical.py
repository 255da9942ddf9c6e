"""iCalendar (RFC 5545), written as strings: the usual library costs ten times as much (docs/decisions/calendars.md)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_OCTETS = 75
# A zone's rules are told from the last change before the first event; none within this time counts as never.
_LOOK_BACK = timedelta(days=250)
# Clocks change at least a month apart, and on a whole minute.
_STEP, _SHARP = timedelta(days=28), timedelta(minutes=1)
_ESCAPES = str.maketrans(
    {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\u2028": "\\n", "\u2029": "\\n"}
    | dict.fromkeys((*range(10), *range(11, 32), 127))
)


@dataclass(frozen=True, slots=True)
class Event:
    """One meeting as a calendar elsewhere shows it. Moments with their zone; empty texts are left out."""

    uid: str
    starts_at: datetime
    minutes: int
    zone: ZoneInfo
    changed_at: datetime
    sequence: int
    is_cancelled: bool
    summary: str
    place: str = ""
    url: str = ""


def calendar(events: Iterable[Event], *, name: str) -> str:
    """A whole calendar. `changed_at` of an event is its DTSTAMP, so that an unchanged calendar is the same bytes."""
    events = list(events)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//calendar//EN", "CALSCALE:GREGORIAN"]
    lines += [_text("X-WR-CALNAME", name), "REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"]
    moments: defaultdict[ZoneInfo, list[datetime]] = defaultdict(list)
    for event in events:
        moments[event.zone].append(event.starts_at)
    for zone, starts in moments.items():
        if zone.key != "UTC":
            first, last = min(starts).astimezone(UTC), max(starts).astimezone(UTC)
            lines += _zone(zone, first.date().toordinal(), last.date().toordinal())
    # Meetings of a series share their words: each is looked at once, and forgotten with this calendar.
    summaries, places = {"": ""}, {"": ""}
    lines += [_event(event, summaries, places) for event in events]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _event(event: Event, summaries: dict[str, str], places: dict[str, str]) -> str:
    zone = event.zone
    local = event.starts_at.astimezone(zone)
    key = zone.key
    start = f";TZID={key}:{local:%Y%m%dT%H%M%S}"
    # Of an hour that comes twice in autumn, a local time means the first; the second can only be said in UTC.
    if local.fold or key == "UTC":
        start = f":{local.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    summary, place = summaries.get(event.summary), places.get(event.place)
    if summary is None:
        summary = summaries[event.summary] = _text("SUMMARY", event.summary) + "\r\n"
    if place is None:
        place = places[event.place] = _text("LOCATION", event.place) + "\r\n"
    url = _folded(f"URL:{event.url}") + "\r\n" if event.url else ""
    return (
        f"BEGIN:VEVENT\r\nUID:{event.uid}\r\nDTSTAMP:{event.changed_at:%Y%m%dT%H%M%SZ}\r\n"
        f"DTSTART{start}\r\nDURATION:PT{event.minutes}M\r\n"
        f"SEQUENCE:{event.sequence}\r\nSTATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}\r\n"
        f"{summary}{place}{url}END:VEVENT"
    )


# --- Text -------------------------------------------------------------------------------------------------------------


def _text(name: str, value: str) -> str:
    # What cannot be printed, a line break among it, and three signs that mean something here.
    if not value.isprintable() or "," in value or ";" in value or "\\" in value:
        value = value.replace("\r\n", "\n").translate(_ESCAPES)
    line = f"{name}:{value}"
    return line if len(line) <= _OCTETS and line.isascii() else _folded(line)


def _folded(line: str) -> str:
    """Lines of at most 75 octets, never cut inside a letter; each further one begins with a space."""
    if len(line) <= _OCTETS and (line.isascii() or len(line.encode()) <= _OCTETS):
        return line
    parts, part, room = [], "", _OCTETS
    for letter in line:
        size = len(letter.encode())
        if size > room:
            parts.append(part)
            part, room = "", _OCTETS - 1
        part, room = part + letter, room - size
    return "\r\n ".join([*parts, part])


# --- Zones ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _zone(zone: ZoneInfo, first_day: int, last_day: int) -> list[str]:
    """A VTIMEZONE with every change of the clocks from the one before the first event to the last event's."""
    first = datetime.fromordinal(first_day).replace(tzinfo=UTC)
    last = datetime.fromordinal(last_day).replace(tzinfo=UTC) + timedelta(days=2)
    changes = list(_changes(zone, first - _LOOK_BACK, last))
    before = [change for change in changes if change <= first]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.key}"]
    if not before:
        lines += _observance(zone, first.astimezone(zone), first.astimezone(zone), "19700101T000000")
    for change in [*before[-1:], *(each for each in changes if each > first)]:
        old, new = (change - timedelta(seconds=1)).astimezone(zone), change.astimezone(zone)
        # The moment of the change on the clocks as they were until then.
        local = change.replace(tzinfo=None) + _offset(old)
        lines += _observance(zone, old, new, f"{local:%Y%m%dT%H%M%S}")
    return [*lines, "END:VTIMEZONE"]


def _observance(zone: ZoneInfo, old: datetime, new: datetime, start: str) -> list[str]:
    kind = "DAYLIGHT" if new.dst() else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{start}",
        f"TZOFFSETFROM:{_offset_in_words(old)}",
        f"TZOFFSETTO:{_offset_in_words(new)}",
        f"TZNAME:{new.tzname()}",
        f"END:{kind}",
    ]


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The moments, in UTC, from which the clocks show something else. Halving finds the minute."""
    low, before = first, _clock(zone, first)
    while low < last:
        end = high = low + _STEP
        after = _clock(zone, end)
        if before != after:
            while high - low > _SHARP:
                middle = (low + (high - low) // 2).replace(second=0, microsecond=0)
                low, high = (middle, high) if _clock(zone, middle) == before else (low, middle)
            yield high
        low, before = end, after


def _clock(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def _offset_in_words(local: datetime) -> str:
    seconds = int(_offset(local).total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' if seconds < 0 else '+'}{hours:02}{rest // 60:02}" + (f"{rest % 60:02}" if rest % 60 else "")
