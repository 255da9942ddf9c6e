"""Writing the journal, and checking that nobody rewrote it."""

from collections.abc import Sequence
from itertools import pairwise

from django.db import models
from django.utils import timezone

from groups.models import Group, JournalEntry, Membership, Person
from hrplatform.discretion import rounded
from hrplatform.sealing import SealBroken


def record(*, by: Membership | Person | None, group: Group, verb: str, on: models.Model) -> JournalEntry:
    """Append one entry to the group's chain. `by`: who did it; a person who is no member yet; None: the clock.

    Must run in the transaction of the act it records. Writers of one group take turns: a chain has one end.
    """
    return record_all(by=by, group=group, verb=verb, on=[on])[0]


def record_all(
    *, by: Membership | Person | None, group: Group, verb: str, on: Sequence[models.Model]
) -> list[JournalEntry]:
    """Append one entry for each of these, in their order, in a few statements: for what comes by the hundred."""
    # Weak enough to let rows that refer to the group be added meanwhile: a stronger lock could wait in a circle.
    locked = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    last = JournalEntry.objects.filter(group=locked).order_by("-number").only("number", "hash").first()
    actor = by.person_id if isinstance(by, Membership) else by.pk if by is not None else None
    number, digest = (last.number, last.hash) if last else (0, "")
    entries = []
    for each in on:
        number += 1
        entry = JournalEntry(
            group=group,
            number=number,
            # Who logged what at which minute would undo the rounding of contacts. `number` keeps the order.
            at=rounded(timezone.now()),
            actor=actor,
            verb=verb,
            object_kind=each._meta.label,
            object_id=each.pk,
            previous_hash=digest,
        )
        entry.hash = digest = entry.compute_hash()
        entries.append(entry)
    JournalEntry.objects.bulk_create(entries, batch_size=1_000)
    if entries:
        locked.journal_head = _head(number, digest)
        locked.save(update_fields=["journal_head"])
    return entries


def first_broken_entry(group: Group) -> int | None:
    """The number where the chain stops fitting: an entry edited, removed, moved or added. None when it is whole.

    The group's sealed note of the newest entry shows what the chain alone cannot: an end that was cut off, and a
    journal that was rewritten and chained anew. Raises KeyUnavailable.
    """
    number, previous_hash = 0, ""
    for entry in JournalEntry.objects.filter(group=group).order_by("number").iterator():
        number += 1
        if entry.number != number or entry.previous_hash != previous_hash or entry.hash != entry.compute_hash():
            return number
        previous_hash = entry.hash
    try:
        head = group.journal_head
    except SealBroken:
        return 1
    if head == (_head(number, previous_hash) if number else ""):
        return None
    told = int(head.split(":")[0]) if head else 0
    # Entries are missing at the end, or else all of them may be others than those that were written.
    return number + 1 if told > number else 1


def newest_entries_fit(group: Group, how_many: int = 50) -> bool:
    """A quick look at the end of the chain: these entries fit each other and the sealed note. Raises KeyUnavailable."""
    entries = list(JournalEntry.objects.filter(group=group).order_by("-number")[:how_many])
    if not entries:
        return not group.journal_head
    fit = all(entry.hash == entry.compute_hash() for entry in entries) and all(
        (newer.previous_hash, newer.number) == (older.hash, older.number + 1) for newer, older in pairwise(entries)
    )
    try:
        return fit and group.journal_head == _head(entries[0].number, entries[0].hash)
    except SealBroken:
        return False


def _head(number: int, digest: str) -> str:
    return f"{number}:{digest}"
