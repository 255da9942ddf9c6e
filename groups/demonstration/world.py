"""The people and groups of the demonstration: a small true-to-life world in four localities.

The localities are those of Friedman et al. 2007, "Harm reduction theory: users' culture, micro-social indigenous harm
reduction, and the self-organization and outside-organizing of users' groups" (Int J Drug Policy 18(2):107-117).
All names are invented. Everything but keys and moments of writing follows from the day and the seed.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from groups import actions
from groups.actions.memberships import add_member
from groups.demonstration import decisions, leadership, meetings, networks, payments, practices, reminders
from groups.demonstration.joining import build_joining
from groups.models import Group, Meeting, Membership, Person, Power, Reminder
from groups.recurrence import WEEKLY, to_moment
from hrplatform import isolation

PASSPHRASE = "we meet on thursdays"  # noqa: S105 (printed at every start, for the demonstration only)

SIGN_INS = [
    ("ana", PASSPHRASE, "coordinates Night Window Users' Union, New York"),
    ("caro", PASSPHRASE, "does outreach with it at night"),
    ("ben", PASSPHRASE, "is a member of it"),
    ("joost", PASSPHRASE, "is in a circle in Rotterdam"),
    ("lucia", PASSPHRASE, "coordinates Puente Sur, Buenos Aires"),
    ("dee", PASSPHRASE, "coordinates «Рядом», Bishkek"),
    ("operator", PASSPHRASE, "looks after this instance, sees no group's records"),
]


@dataclass(frozen=True)
class DemonstrationGroup:
    key: str
    facts: Mapping[str, Any]
    founder: str
    # handle: (standing, powers). The founder coordinates.
    members: Mapping[str, tuple[str, tuple[Power, ...]]] = field(default_factory=dict)
    # title, weekday (Monday is 0), time, place, recurrence
    series: tuple[str, int, time, str, str] | None = None
    one_off: tuple[str, int, time, str] | None = None


PEOPLE = {
    "ana": ("en", "America/New_York"),
    "caro": ("en", "America/New_York"),
    "ben": ("en", "America/New_York"),
    "tomas": ("es", "America/New_York"),
    "mrs-k": ("en", "America/New_York"),
    "joost": ("nl", "Europe/Amsterdam"),
    "fatima": ("nl", "Europe/Amsterdam"),
    "wim": ("nl", "Europe/Amsterdam"),
    "lucia": ("es", "America/Argentina/Buenos_Aires"),
    "nacho": ("es", "America/Argentina/Buenos_Aires"),
    "dra-sol": ("es", "America/Argentina/Buenos_Aires"),
    "marisa": ("es", "America/Argentina/Buenos_Aires"),
    "dee": ("ru", "Asia/Bishkek"),
    "aibek": ("ru", "Asia/Bishkek"),
    "nurgul": ("ru", "Asia/Bishkek"),
    "operator": ("en", "UTC"),
}

PEER, ALLY = Membership.Standing.PEER.value, Membership.Standing.ALLY.value

GROUPS = [
    DemonstrationGroup(
        key="new-york",
        founder="ana",
        facts={
            "kind": Group.Kind.ORGANIZATION,
            "name": "Night Window Users' Union",
            "visibility": Group.Visibility.PUBLIC,
            "origin": Group.Origin.SELF_ORGANIZED,
            "area": "New York, Lower East Side and the Bronx",
            "about": "A union of people who use drugs. We hand out new equipment and naloxone at night, "
            "teach each other, and decide together on Thursdays.",
            "shows_meetings": True,
            "how_to_reach": "Look for the green lamp, four nights a week after nine. Ask anyone with a green band.",
            "language": "en",
            "time_zone": "America/New_York",
        },
        members={
            "caro": (PEER, (Power.LOG_OUTREACH,)),
            "ben": (PEER, ()),
            "tomas": (PEER, (Power.LOG_OUTREACH, Power.KEEP_STOCK)),
            "mrs-k": (ALLY, (Power.TREASURER,)),
        },
        series=("Thursday meeting", 3, time(19, 0), "The room behind the green door", WEEKLY),
        one_off=("Naloxone, taught to each other", 5, time(15, 30), "The room behind the green door"),
    ),
    DemonstrationGroup(
        key="rotterdam",
        founder="joost",
        facts={
            "kind": Group.Kind.CIRCLE,
            "name": "De keukentafel",
            "origin": Group.Origin.SELF_ORGANIZED,
            "area": "Rotterdam-West",
            "about": "Wij letten op elkaar. Wie aanklopt, krijgt soep en een nieuwe set.",
            "language": "nl",
            "time_zone": "Europe/Amsterdam",
        },
        members={"fatima": (PEER, ()), "wim": (PEER, ())},
        series=("Samen eten", 6, time(18, 0), "Bij Wim", WEEKLY),
    ),
    DemonstrationGroup(
        key="buenos-aires",
        founder="dra-sol",
        facts={
            "kind": Group.Kind.ORGANIZATION,
            "name": "Puente Sur",
            "visibility": Group.Visibility.PUBLIC,
            "origin": Group.Origin.OUTSIDE_ORGANIZED,
            "area": "Buenos Aires, zona sur",
            "about": "Nacimos en un centro de salud. Desde este año nos coordinamos entre personas que usamos drogas, "
            "y el centro acompaña.",
            "shows_meetings": True,
            "how_to_reach": "Los martes a la tarde, en la plaza, junto a los juegos.",
            "language": "es",
            "time_zone": "America/Argentina/Buenos_Aires",
        },
        members={
            "lucia": (PEER, tuple(Power)),
            "nacho": (PEER, (Power.LOG_OUTREACH,)),
            "marisa": (PEER, (Power.REVIEW_GUIDES,)),
        },
        series=("Asamblea", 1, time(17, 0), "El salón de la parroquia", WEEKLY),
    ),
    DemonstrationGroup(
        key="bishkek",
        founder="dee",
        facts={
            "kind": Group.Kind.ORGANIZATION,
            "name": "Рядом",
            "visibility": Group.Visibility.PUBLIC,
            "origin": Group.Origin.TOGETHER,
            "area": "Бишкек",
            "about": "Сообщество людей, употребляющих наркотики. Раздаём новые шприцы и налоксон, "
            "учим друг друга, поддерживаем в больнице и в полиции.",
            "how_to_reach": "Спросите у аптеки на углу, там знают, где нас найти.",
            "language": "ru",
            "time_zone": "Asia/Bishkek",
        },
        members={
            "aibek": (PEER, (Power.LOG_OUTREACH, Power.KEEP_STOCK)),
            "nurgul": (PEER, (Power.REVIEW_GUIDES,)),
        },
        series=("Собрание", 2, time(18, 30), "У Нургуль", WEEKLY),
    ),
    DemonstrationGroup(
        key="network",
        founder="dee",
        facts={
            "kind": Group.Kind.NETWORK,
            "name": "Four Cities Network",
            "visibility": Group.Visibility.PUBLIC,
            "origin": Group.Origin.SELF_ORGANIZED,
            "area": "New York, Rotterdam, Buenos Aires, Bishkek",
            "about": "Groups of people who use drugs in four cities. We carry each other's practices on.",
            "how_to_reach": "Through any of our groups.",
            "language": "en",
            "time_zone": "UTC",
        },
        members={"ana": (PEER, (Power.COORDINATE,)), "lucia": (PEER, ())},
    ),
]


@dataclass(frozen=True)
class World:
    groups: dict[str, Group]
    memberships: dict[tuple[str, str], Membership]


def build(*, now: datetime, seed: random.Random) -> World:
    """Make the people, groups and meetings. Reminders of coming meetings follow by themselves."""
    people = {
        handle: Person.objects.create_user(
            id=UUID(int=seed.getrandbits(128), version=4),
            handle=handle,
            password=PASSPHRASE,
            language=language,
            time_zone=zone,
            is_operator=handle == "operator",
        )
        for handle, (language, zone) in PEOPLE.items()
    }
    world = World({}, {})
    for wanted in GROUPS:
        _build_group(world, wanted, people, now, seed)
    meetings.live(groups=world.groups, memberships=world.memberships, now=now, seed=seed)
    networks.build(world=world, today=now.date(), seed=seed)
    payments.build(world=world, today=now.date(), seed=seed)
    leadership.build(world=world, today=now.date(), seed=seed)
    practices.build(world=world, today=now.date(), seed=seed)
    build_joining(world, now=now, seed=seed)
    decisions.build(world=world, now=now)
    reminders.build(world=world)
    return world


def _build_group(
    world: World, wanted: DemonstrationGroup, people: Mapping[str, Person], now: datetime, seed: random.Random
) -> None:
    founder = people[wanted.founder]
    # The words of a group never meet another group's: each is built in a context of its own.
    with isolation.context(person=founder.pk):
        identity = UUID(int=seed.getrandbits(128), version=4)
        slug = "".join(seed.choice("bcdfghjkmnpqrstvwxz23456789") for _ in range(10))
        standing = ALLY if wanted.founder == "dra-sol" else PEER
        group = actions.found_group(by=founder, standing=standing, id=identity, slug=slug, **wanted.facts)
        by = Membership.objects.get(group=group, person=founder)
        world.groups[wanted.key], world.memberships[wanted.key, wanted.founder] = group, by
        for handle, (member_standing, powers) in wanted.members.items():
            member = add_member(by=by, person=people[handle], standing=member_standing)
            world.memberships[wanted.key, handle] = member
            if powers and not group.is_circle:
                actions.set_powers(by=by, member=member, powers=powers)
        if wanted.founder == "dra-sol":
            # Started from outside, and handed over: the founder keeps no power, the group's members hold them.
            actions.set_powers(by=world.memberships[wanted.key, "lucia"], member=by, powers=())
            by = world.memberships[wanted.key, "lucia"]
        _schedule(wanted, by, now)


def _schedule(wanted: DemonstrationGroup, by: Membership, now: datetime) -> None:
    today = now.astimezone(by.group.zone).date()
    if wanted.series:
        title, weekday, at, place, rule = wanted.series
        first = today + timedelta(days=(weekday - today.weekday()) % 7 or 7)
        actions.schedule_meeting(
            by=by, title=title, starts=datetime.combine(first, at), place=place, repeats=rule, duration_minutes=120
        )
        for weeks in range(1, 9):
            past = Meeting.objects.create(
                group=by.group,
                title=title,
                place=place,
                starts_at=to_moment(datetime.combine(first - timedelta(weeks=weeks), at), by.group.zone),
                duration_minutes=120,
            )
            if weeks == 1:
                _was_reminded(past)
    if wanted.one_off:
        title, days, at, place = wanted.one_off
        starts = datetime.combine(today + timedelta(days=days), at)
        actions.schedule_meeting(by=by, title=title, starts=starts, place=place)


def _was_reminded(meeting: Meeting) -> None:
    """Everyone's inbox holds the reminder of the last meeting, read or not."""
    members = meeting.group.memberships.who_want_reminders().select_related("person").order_by("person__handle")
    for number, member in enumerate(members):
        told = meeting.starts_at - timedelta(minutes=member.reminder_leads[0])
        Reminder.objects.create(
            group=meeting.group,
            person=member.person,
            occasion=Reminder.Occasion.MEETING,
            occasion_id=meeting.pk,
            occasion_at=meeting.starts_at,
            lead_minutes=member.reminder_leads[0],
            channel=Reminder.Channel.IN_APP,
            due_at=told,
            sent_at=told,
            read_at=told + timedelta(hours=2) if number % 2 else None,
        )
