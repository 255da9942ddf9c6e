"""The outbox: claiming what is due and telling it, once (docs/decisions/outbox.md).

A claim is a lease with a stamp. Whoever sends takes a few rows in hand by renewing their claim, which works only while
the stamp is the one of the claim that handed them out: of two workers with the same rows, one gets them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from groups import access, wording
from groups.actions.journal import record
from groups.actions.reminders import undisturbed
from groups.models import Device, Membership, Person, Power, Reminder
from hrplatform import isolation
from hrplatform.pushing import Outcome, PushRun, Target

_FIRST_RETRY = timedelta(seconds=30)
# For so many seconds a push service keeps what a device that is off has not fetched.
_KEPT_AT_LEAST, _KEPT_AT_MOST = 60 * 60, 3 * 24 * 60 * 60
_MARK_SENT = "UPDATE groups_reminder SET sent_at = %s WHERE id = %s AND sent_at IS NULL"


@dataclass(frozen=True)
class Letter:
    """A letter ready to go, and the row that it tells. None: there is nowhere to send it, which is no failure."""

    reminder: UUID
    message: EmailMessage | None


@transaction.atomic
def claim_due(*, now: datetime, limit: int = 2000) -> list[tuple[UUID, list[UUID]]]:
    """Take due rows for sending, so that two beats at once take different ones. Returns reminder ids by group.

    `now` is the stamp of the claim.
    """
    rows = list(
        Reminder.objects.select_for_update(skip_locked=True)
        .due(now)
        .order_by("due_at")
        .values_list("group_id", "pk")[:limit]
    )
    Reminder.objects.filter(pk__in=[pk for _, pk in rows]).update(claimed_at=now)
    by_group: dict[UUID, list[UUID]] = {}
    for group, pk in rows:
        by_group.setdefault(group, []).append(pk)
    return list(by_group.items())


@transaction.atomic
def deliver_in_app(*, reminders: list[UUID]) -> int:
    """Put these into people's inboxes: a sent in-app row is the inbox. Returns how many."""
    rows = Reminder.objects.waiting().filter(pk__in=reminders, channel=Reminder.Channel.IN_APP)
    return rows.update(sent_at=timezone.now(), attempts=F("attempts") + 1)


@transaction.atomic
def take_in_hand(*, reminders: list[UUID], channel: Reminder.Channel, stamp: datetime) -> list[Reminder]:
    """Rows that are ours to send now, with their people. Who must not be disturbed right now is told later."""
    now = timezone.now()
    ours = Reminder.objects.waiting().filter(pk__in=reminders, channel=channel, claimed_at=stamp)
    mine = list(ours.select_for_update(skip_locked=True).values_list("pk", flat=True))
    # A try is counted here and not on claiming: what waits long for its turn was not tried.
    Reminder.objects.filter(pk__in=mine).update(claimed_at=now, attempts=F("attempts") + 1)
    rows = Reminder.objects.filter(pk__in=mine).select_related("person").order_by("due_at")
    return [row for row in rows if not _put_off_in_quiet_hours(row, now)]


def _put_off_in_quiet_hours(row: Reminder, now: datetime) -> bool:
    """Quiet hours chosen after the row was planned, or a row that comes late, hold as well."""
    later = undisturbed(person=row.person, channel=row.channel, due=now, at=row.occasion_at)
    if later <= timezone.now():
        return False
    row.due_at, row.claimed_at, row.attempts = later, None, row.attempts - 1
    row.save(update_fields=["due_at", "claimed_at", "attempts"])
    return True


@dataclass(frozen=True)
class Push:
    """Words for a person's devices, and the row that they tell. No devices: nowhere to show it, which is no failure."""

    reminder: UUID
    person: UUID
    words: dict[str, str]
    seconds: int
    targets: dict[UUID, Target]

    def send(self, run: PushRun) -> tuple[bool, list[UUID]]:
        """Whether it counts as told, and the devices that are gone. One device is enough: the inbox has it all."""
        outcomes = {
            device: run.send(target, self.words, seconds=self.seconds, topic=self.reminder.hex)
            for device, target in self.targets.items()
        }
        is_told = Outcome.TAKEN in outcomes.values() or Outcome.LATER not in outcomes.values()
        return is_told, [device for device, outcome in outcomes.items() if outcome is Outcome.GONE]


def pushes_of(rows: list[Reminder]) -> list[Push]:
    """What to push for these rows, of one group."""
    names, now = wording.names_of(rows), timezone.now()
    found = []
    for row in rows:
        with isolation.context(person=row.person_id):
            devices = Device.objects.filter(person=row.person_id).select_related("person")
            targets = {device.pk: device.target for device in devices}
        left = int((row.occasion_at - now).total_seconds())
        text = wording.pushed(row, names.get(row.pk, ""))
        found.append(Push(row.pk, row.person_id, text, min(max(left, _KEPT_AT_LEAST), _KEPT_AT_MOST), targets))
    return found


@transaction.atomic
def forget_devices(*, person: UUID, devices: list[UUID]) -> None:
    """Devices that their service says are gone."""
    with isolation.context(person=person):
        Device.objects.filter(person=person, pk__in=devices).delete()


def letters_of(rows: list[Reminder]) -> list[Letter]:
    """The letters for these rows. A person who took the address away meanwhile gets none."""
    names = wording.names_of(rows)
    return [Letter(row.pk, wording.letter(row, names.get(row.pk, "")) if row.person.email else None) for row in rows]


def mark_sent(*, group: UUID, reminder: UUID) -> None:
    """Note that it was told, at once and for good: a worker killed after this never tells it again.

    One trip to the database, and no wait for its disk: what the machine's own crash could take back are the notes of
    the last half second, and those letters keep their Message-ID.
    """
    isolation.run_alone(_MARK_SENT, [timezone.now(), reminder], groups=[group])


@transaction.atomic
def put_off(*, reminders: Iterable[UUID]) -> None:
    """Try these again later, ever more rarely; after the last try they stay visible as given up."""
    now = timezone.now()
    for row in (
        Reminder.objects.select_for_update(of=("self",))
        .waiting()
        .filter(pk__in=list(reminders))
        .select_related("person")
    ):
        due = now + _FIRST_RETRY * 2**row.attempts
        row.due_at = undisturbed(person=row.person, channel=row.channel, due=due, at=row.occasion_at)
        row.claimed_at = None
        row.save(update_fields=["due_at", "claimed_at"])


@transaction.atomic
def try_again(*, by: Membership) -> int:
    """Send once more what the group's outbox had given up. Returns how many rows."""
    access.require(by, Power.COORDINATE)
    count = (
        Reminder.objects.given_up().filter(group=by.group).update(attempts=0, claimed_at=None, due_at=timezone.now())
    )
    if count:
        record(by=by, group=by.group, verb="try_again", on=by.group)
    return count


def mark_read(*, person: Person) -> None:
    Reminder.objects.inbox_of(person).unread().update(read_at=timezone.now())
