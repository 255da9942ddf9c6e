"""Ledgers of two groups: what a funder gave, stipends agreed and paid, tea and tickets, one mistake put right."""

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from groups.models import Group, Payment, Purpose
from groups.models.groups import SLUG_LETTERS
from hrplatform import isolation

if TYPE_CHECKING:
    from groups.demonstration.world import World

RECEIVED, AGREED, PAID = Payment.Kind.RECEIVED, Payment.Kind.AGREED, Payment.Kind.PAID

# Days ago, kind, purpose, amount in the smallest unit, payee, what for, the row it settles or counters (from 1).
Row = tuple[int, str, str, int, str, str, int]
LEDGERS: dict[str, tuple[str, list[Row]]] = {
    "new-york": ("USD", [
        (84, RECEIVED, "Stipends", 240_000, "", "City grant, first half", 0),
        (84, RECEIVED, "Tea and tickets", 30_000, "", "Collected at the spring fair", 0),
        (70, AGREED, "Stipends", 6_000, "caro", "Two nights at the green door", 0),
        (69, PAID, "Stipends", 6_000, "caro", "Two nights at the green door", 3),
        (56, PAID, "Tea and tickets", 4_250, "", "Tea, sugar, cups", 0),
        (42, AGREED, "Stipends", 6_000, "tomas", "Counting and packing kits", 0),
        (41, PAID, "Stipends", 6_000, "tomas", "Counting and packing kits", 6),
        (30, PAID, "Tea and tickets", 5_600, "", "Bus tickets for the hospital visits", 0),
        (29, PAID, "Tea and tickets", -5_600, "", "", 8),
        (29, PAID, "Tea and tickets", 5_060, "", "Bus tickets for the hospital visits", 0),
        (14, AGREED, "Stipends", 4_500, "ben", "Teaching naloxone, one afternoon", 0),
        (13, PAID, "Stipends", 4_500, "ben", "Teaching naloxone, one afternoon", 11),
        (6, AGREED, "Stipends", 6_000, "caro", "Two nights at the green door", 0),
        (3, AGREED, "Stipends", 4_500, "ben", "Teaching naloxone, one afternoon", 0),
    ]),
    "buenos-aires": ("ARS", [
        (60, RECEIVED, "Viáticos", 45_000_000, "", "Aporte del municipio", 0),
        (40, AGREED, "Viáticos", 2_500_000, "nacho", "Dos recorridas", 0),
        (39, PAID, "Viáticos", 2_500_000, "nacho", "Dos recorridas", 2),
        (12, PAID, "Mate y facturas", 840_000, "", "Asambleas de octubre", 0),
        (5, AGREED, "Viáticos", 2_500_000, "marisa", "Revisión de una guía", 0),
    ]),
}  # fmt: skip


def build(*, world: "World", today: date, seed: random.Random) -> None:
    for key, (currency, rows) in LEDGERS.items():
        group = world.groups[key]
        with isolation.context(groups=[group.pk]):
            Group.objects.filter(pk=group.pk).update(currency=currency)
            _write(world, key, rows, today, seed)


def _write(world: "World", key: str, rows: list[Row], today: date, seed: random.Random) -> None:
    group, written = world.groups[key], list[Payment]()
    for number, (days_ago, kind, purpose, amount, payee, what_for, other) in enumerate(rows, start=1):
        before = written[other - 1] if other else None
        written.append(
            Payment.objects.create(
                id=UUID(int=seed.getrandbits(128), version=4),
                group=group,
                number=number,
                on=today - timedelta(days=days_ago),
                kind=kind,
                purpose=Purpose.objects.get_or_create(group=group, name=purpose)[0],
                amount=amount,
                payee=world.memberships[key, payee] if payee else None,
                what_for=what_for,
                settles=before if amount > 0 else None,
                counters=before if amount < 0 else None,
                receipt_code="".join(seed.choice(SLUG_LETTERS) for _ in range(8)).upper(),
            )
        )
