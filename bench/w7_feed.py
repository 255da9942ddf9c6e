"""W7: a calendar of 500 meetings, beside the plainest code that writes the same bytes, and the usual library."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from bench.instance import Instance
from bench.results import goal, say

EVENTS, ROUNDS = 500, 40
GOAL = 1.2
_ZONE = ZoneInfo("America/New_York")


def measure(instance: Instance, scale: float) -> dict[str, Any]:
    from groups import ical

    events = make_events()
    # The zone's block is given to the plain one ready-made: it has nothing to find out and nothing to check.
    text = ical.calendar(events, name="Meetings")
    head = text[: text.index("BEGIN:VEVENT")]
    assert plain(head, events) == text

    def cold() -> str:
        ical._zone.cache_clear()
        return ical.calendar(events, name="Meetings")

    rounds = max(10, round(ROUNDS * scale))
    ours, theirs, usual = [], [], []
    for _ in range(rounds):
        ours.append(cpu_ms(cold))
        theirs.append(cpu_ms(lambda: plain(head, events)))
    for _ in range(3):
        usual.append(cpu_ms(lambda: by_library(events)))
    ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    whole, unchanged = requests(rounds)
    return {
        "events": EVENTS,
        "bytes": len(text.encode()),
        "cold_ms": round(median(ours), 3),
        "plain_ms": round(median(theirs), 3),
        "library_ms": round(median(usual), 3),
        "ratio": round(ratio, 3),
        "request_of_500_ms": round(whole, 3),
        "request_unchanged_ms": round(unchanged, 3),
        "goals": [goal(f"cold feed CPU at most {GOAL} x plain string building", ratio <= GOAL, f"{ratio:.2f} x")],
    }


def show(found: dict[str, Any]) -> None:
    say(f"\nW7: a calendar of {found['events']} meetings, {found['bytes']:,} bytes, CPU")
    say(f"  ours {found['cold_ms']} ms, plain {found['plain_ms']} ms, icalendar {found['library_ms']} ms")
    say(f"  whole request {found['request_of_500_ms']} ms, unchanged (304) {found['request_unchanged_ms']} ms")


def cpu_ms(act: Callable[[], object]) -> float:
    began = time.process_time_ns()
    act()
    return (time.process_time_ns() - began) / 1e6


def make_events() -> list[Any]:
    from groups.ical import Event

    first = datetime(2026, 12, 3, 19, tzinfo=UTC)
    return [
        Event(
            f"{number:032x}@calendar", first + timedelta(days=number), 90, _ZONE, first, 0,
            False, "Thursday meeting", "The room behind the green door",
            f"https://example.org/groups/bcdfghjkmn/meetings/{number}/",
        )
        for number in range(EVENTS)
    ]  # fmt: skip


def plain(head: str, events: list[Any]) -> str:
    """The same bytes for these very events: no text is looked at, no line is measured."""
    parts = [head]
    for each in events:
        local = each.starts_at.astimezone(each.zone)
        parts.append(
            f"BEGIN:VEVENT\r\nUID:{each.uid}\r\nDTSTAMP:{each.changed_at:%Y%m%dT%H%M%SZ}\r\n"
            f"DTSTART;TZID={each.zone.key}:{local:%Y%m%dT%H%M%S}\r\nDURATION:PT{each.minutes}M\r\n"
            f"SEQUENCE:{each.sequence}\r\nSTATUS:{'CANCELLED' if each.is_cancelled else 'CONFIRMED'}\r\n"
            f"SUMMARY:{each.summary}\r\nLOCATION:{each.place}\r\nURL:{each.url}\r\nEND:VEVENT\r\n"
        )
    parts.append("END:VCALENDAR\r\n")
    return "".join(parts)


def by_library(events: list[Any]) -> bytes:
    import icalendar

    made = icalendar.Calendar()
    for each in events:
        event = icalendar.Event()
        event.add("uid", each.uid)
        event.add("dtstamp", each.changed_at)
        event.add("dtstart", each.starts_at.astimezone(each.zone))
        event.add("duration", timedelta(minutes=each.minutes))
        event.add("summary", each.summary)
        event.add("location", each.place)
        event.add("url", each.url)
        made.add_component(event)
    return bytes(made.to_ical())


def requests(rounds: int) -> tuple[float, float]:
    """CPU of this process in milliseconds for a person's calendar of 500 meetings: made, and unchanged."""
    from django.test import Client
    from django.utils import timezone

    from groups import actions
    from groups.models import Meeting, Membership, Person
    from hrplatform import isolation

    person = Person.objects.get(handle="ben")
    member_of = Membership.objects.active().select_related("group", "person").filter(person=person)
    with isolation.context(person=person.pk):
        isolation.widen(groups=Membership.objects.active().filter(person=person).values_list("group_id", flat=True))
        membership = member_of.order_by("group__name")[0]
        start = timezone.now() + timedelta(days=1)
        for number in range(EVENTS - Meeting.objects.filter(group=membership.group).count()):
            Meeting.objects.create(
                group=membership.group,
                title="Thursday meeting",
                place="The room",
                starts_at=start + timedelta(hours=number),
            )
        address = f"/calendar/{actions.make_calendar(by=person, detail='full')}.ics"
    client = Client(headers={"host": "127.0.0.1"})
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    made = [cpu_ms(lambda: client.get(address)) for _ in range(rounds)]
    unchanged = [cpu_ms(lambda: client.get(address, headers={"If-None-Match": etag})) for _ in range(rounds)]
    return median(made), median(unchanged)
