"""Six months of outreach for the demonstration: what four groups in four towns might have logged.

Everything follows from `random` and `now`, so that the same seed gives the same world.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from groups.models import Group, Membership
from hrplatform import isolation
from outreach import actions
from outreach.actions import ContactEntry
from outreach.models import Item, Kit, KitLine, Site
from outreach.models.contacts import new_contact_id, outreach_day

SINCE = timedelta(days=182)
LASTS_HOURS = 5
_MONDAY, _TUESDAY, _WEDNESDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = range(7)

SYRINGE = "needle-syringe-1ml-fixed"
NASAL = "naloxone-nasal-two-dose"
INJECTABLE = "naloxone-injectable-two-vial"


@dataclass(frozen=True)
class Town:
    """How one group goes out. `contacts`: fewest and most on an outing. `kits`: name, symbol and what is in it.

    `singly`: items that are handed out by themselves, with the number that is usual. `hour`: when an outing begins,
    on the wall.
    """

    workers: tuple[str, ...]
    weekdays: tuple[int, ...]
    hour: int
    contacts: tuple[int, int]
    sites: tuple[tuple[str, str, str], ...]
    kits: tuple[tuple[str, str, Mapping[str, int]], ...]
    singly: Mapping[str, int]
    notes: tuple[str, ...] = ()


TOWNS: Mapping[str, Town] = {
    "new-york": Town(
        workers=("caro", "caro", "ana"),
        weekdays=(_TUESDAY, _THURSDAY, _FRIDAY, _SATURDAY),
        hour=21,
        contacts=(4, 6),
        sites=(
            ("The green lamp", Site.Kind.FIXED, "Lower East Side"),
            ("The van", Site.Kind.MOBILE, "South Bronx"),
        ),
        kits=(
            (
                "Night kit",
                "package",
                {SYRINGE: 10, "cookers": 10, "filters": 10, "sterile-water": 10, "alcohol-swabs": 10, "tourniquet": 1},
            ),
            ("Smoking kit", "pipe", {"glass-stem-pipe": 1, "foil": 1, "alcohol-swabs": 2}),
            ("Naloxone", "lungs", {NASAL: 1}),
        ),
        singly={
            SYRINGE: 10,
            "fentanyl-test-strips": 3,
            NASAL: 1,
            "wound-dressing-pack": 1,
            "external-condoms": 6,
            "sharps-container-small": 1,
        },
        notes=("Strips ran out at ten. More next time.", "Three people asked about xylazine strips."),
    ),
    "buenos-aires": Town(
        workers=("lucia",),
        weekdays=(_TUESDAY, _SATURDAY),
        hour=16,
        contacts=(2, 5),
        sites=(("La plaza", Site.Kind.FIXED, "Constitución"), ("Recorrido sur", Site.Kind.MOBILE, "Barracas")),
        kits=(
            ("Kit de fumar", "pipe", {"glass-stem-pipe": 1, "foil": 1, "lubricant": 1}),
            ("Kit de inyección", "package", {SYRINGE: 5, "cookers": 5, "sterile-water": 5, "alcohol-swabs": 5}),
        ),
        singly={"external-condoms": 10, "lubricant": 5, "snorting-straws": 4, "glass-stem-pipe": 1},
    ),
    "bishkek": Town(
        workers=("aibek",),
        weekdays=(_MONDAY, _WEDNESDAY, _FRIDAY),
        hour=15,
        contacts=(2, 4),
        sites=(("Пункт обмена", Site.Kind.FIXED, "Центр"), ("У Нургуль", Site.Kind.HOME, "Ошский рынок")),
        kits=(
            ("Набор", "package", {"needle-syringe-2ml": 10, "alcohol-swabs": 10, "sterile-water": 5}),
            ("Налоксон", "lungs", {INJECTABLE: 1}),
        ),
        singly={"needle-syringe-2ml": 10, "loose-needles": 10, INJECTABLE: 1, "external-condoms": 5},
    ),
    "rotterdam": Town(
        workers=("joost",),
        weekdays=(_SUNDAY,),
        hour=14,
        contacts=(1, 3),
        sites=(("Bij Joost", Site.Kind.HOME, "West"),),
        kits=(("Rookset", "pipe", {"glass-stem-pipe": 1, "foil": 2}),),
        singly={"foil": 2, "needle-syringe-1ml-low-dead-space": 5, "snorting-straws": 3},
    ),
}


def build(
    *, groups: Mapping[str, Group], people: Mapping[tuple[str, str], Membership], now: datetime, random: Random
) -> None:
    """Catalogue, sites, kits and contacts for the groups of `TOWNS`. `people`: memberships by (group, handle)."""
    actions.load_catalogue()
    items = {item.slug: item for item in Item.objects.all()}
    for key, town in TOWNS.items():
        group = groups[key]
        # One group's rows never meet another's: each is built in a context of its own.
        with isolation.context(groups=[group.pk]):
            sites = _sites(group, town, random)
            kits = _kits(group, town, items, random)
            by_worker: dict[str, list[ContactEntry]] = {}
            for worker, entry in _entries(town, group, sites, kits, items, now, random):
                by_worker.setdefault(worker, []).append(entry)
            for worker, entries in by_worker.items():
                actions.log_past_contacts(by=people[key, worker], entries=entries)


def _id(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


def _sites(group: Group, town: Town, random: Random) -> list[Site]:
    return Site.objects.bulk_create(
        Site(id=_id(random), group=group, name=name, kind=kind, area=area) for name, kind, area in town.sites
    )


def _kits(group: Group, town: Town, items: Mapping[str, Item], random: Random) -> list[Kit]:
    for position, (name, symbol, contents) in enumerate(town.kits):
        kit = Kit.objects.create(id=_id(random), group=group, name=name, symbol=symbol, position=position)
        KitLine.objects.bulk_create(
            KitLine(kit=kit, group=group, item=items[slug], quantity=quantity) for slug, quantity in contents.items()
        )
    return list(Kit.objects.filter(group=group).prefetch_related("lines"))


def _entries(  # noqa: PLR0917 (all of them are what one town is made of)
    town: Town,
    group: Group,
    sites: list[Site],
    kits: list[Kit],
    items: Mapping[str, Item],
    now: datetime,
    random: Random,
) -> Iterator[tuple[str, ContactEntry]]:
    today = outreach_day(now, group.zone)
    for day in _outings(town, today):
        worker = random.choice(town.workers) if day < today else town.workers[0]
        site = random.choice(sites)
        begins = datetime.combine(day, time(town.hour), group.zone).astimezone(UTC)
        if day == today:
            # Whoever looks at the demonstration, at any hour, finds a night that has begun.
            begins = now - timedelta(hours=LASTS_HOURS)
        for _ in range(random.randint(*town.contacts)):
            at = begins + timedelta(minutes=random.randrange(0, LASTS_HOURS * 60, 5))
            entry = _entry(town, at, site, kits, items, random)
            if at < now and outreach_day(at, group.zone) == day:
                yield worker, entry


def _outings(town: Town, today: date) -> Iterator[date]:
    for ago in range(SINCE.days, -1, -1):
        day = today - timedelta(days=ago)
        if day.weekday() in town.weekdays or ago == 0:
            yield day


def _entry(  # noqa: PLR0917
    town: Town, at: datetime, site: Site, kits: list[Kit], items: Mapping[str, Item], random: Random
) -> ContactEntry:
    taken = {random.choice(kits): random.choice((1, 1, 1, 2, 3))} if random.random() < 0.75 else {}
    singly = random.sample(sorted(town.singly), k=random.choice((0, 1, 1, 2)) if taken else 2)
    for_others = random.random() < 0.3
    return ContactEntry(
        id=new_contact_id(at, random),
        at=at,
        site=site,
        for_self=not for_others or random.random() < 0.7,
        others_reached=random.randint(1, 5) if for_others else 0,
        kits=taken,
        lines={items[slug]: town.singly[slug] * random.choice((1, 1, 2)) for slug in singly},
        used_returned=random.choice((5, 8, 10, 12, 20, 30)) if random.random() < 0.4 else 0,
        note=random.choice(town.notes) if town.notes and random.random() < 0.04 else "",
    )
