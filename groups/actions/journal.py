"""Writing the journal, and checking that nobody rewrote it."""

from django.db import connection, models
from django.utils import timezone

from groups.models import Group, JournalEntry, Membership


def record(*, by: Membership | None, group: Group, verb: str, on: models.Model) -> JournalEntry:
    """Append one entry to the group's chain. `by=None`: the program itself did it, by the clock.

    Must run in the transaction of the act it records. Writers of one group take turns: a chain has one end.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"journal:{group.pk}"])
    last = JournalEntry.objects.filter(group=group).order_by("-number").only("number", "hash").first()
    entry = JournalEntry(
        group=group,
        number=last.number + 1 if last else 1,
        at=timezone.now(),
        actor=by.person_id if by else None,
        verb=verb,
        object_kind=on._meta.label,
        object_id=on.pk,
        previous_hash=last.hash if last else "",
    )
    entry.hash = entry.compute_hash()
    entry.save(force_insert=True)
    return entry


def first_broken_entry(group: Group) -> int | None:
    """The number where the chain stops fitting: an entry edited, removed, moved or added. None when it is whole."""
    previous_hash = ""
    for number, entry in enumerate(JournalEntry.objects.filter(group=group).order_by("number").iterator(), start=1):
        if entry.number != number or entry.previous_hash != previous_hash or entry.hash != entry.compute_hash():
            return number
        previous_hash = entry.hash
    return None
