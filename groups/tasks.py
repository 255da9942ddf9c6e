"""What beat and the worker do. Each task opens its own isolation context and calls actions."""

from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from groups.actions.meetings import HORIZON, write_out_series
from groups.actions.outbox import claim_due, deliver_in_app, letters_of, mark_sent, put_off, take_in_hand
from groups.actions.taking_along import groups_to_remove, remove_group
from groups.models import Group, MeetingSeries, Reminder
from hrplatform import isolation
from hrplatform.delivery import MailRun

EMAIL = Reminder.Channel.EMAIL
# So many letters are taken in hand at once: few enough that a claim outlasts them on a slow mail server.
_IN_HAND = 50


@shared_task(ignore_result=True)
def claim_due_reminders() -> int:
    """The tick: claims what is due and hands it to the worker. Claims of a worker that died run out and come back."""
    count = 0
    while True:
        stamp = timezone.now()
        with isolation.context(errand="delivery"):
            batches = claim_due(now=stamp)
        if not batches:
            return count
        for group, reminders in batches:
            send_reminders.delay(str(group), [str(reminder) for reminder in reminders], stamp.isoformat())
            count += len(reminders)


@shared_task(ignore_result=True)
def send_reminders(group: str, reminders: list[str], stamp: str) -> int:
    """Tells one group's claimed reminders: inboxes at once, letters one by one over one connection."""
    owner, rows, claimed_at = UUID(group), [UUID(reminder) for reminder in reminders], datetime.fromisoformat(stamp)
    with isolation.context(groups=[owner]):
        told = deliver_in_app(reminders=rows)
        letters = list(Reminder.objects.waiting().filter(pk__in=rows, channel=EMAIL).values_list("pk", flat=True))
    if not letters:
        return told
    with MailRun() as run:
        for first in range(0, len(letters), _IN_HAND):
            chunk = letters[first : first + _IN_HAND]
            with isolation.context(groups=[owner]):
                ready = letters_of(take_in_hand(reminders=chunk, channel=EMAIL, stamp=claimed_at))
            failed = []
            for letter in ready:
                if letter.message is None or run.send(letter.message):
                    mark_sent(group=owner, reminder=letter.reminder)
                    told += 1
                else:
                    failed.append(letter.reminder)
            if failed:
                with isolation.context(groups=[owner]):
                    put_off(reminders=failed)
    return told


@shared_task(ignore_result=True)
def extend_meeting_series() -> int:
    """Writes recurring meetings out as far ahead as the horizon."""
    with isolation.context(errand="upkeep"):
        groups = list(Group.objects.values_list("pk", flat=True))
    made = 0
    for group in groups:
        with isolation.context(groups=[group]):
            for series in MeetingSeries.objects.filter(ended_on=None).select_related("group"):
                made += len(write_out_series(series=series, until=timezone.now() + HORIZON))
    return made


@shared_task(ignore_result=True)
def remove_erased_groups() -> int:
    """Removes the groups whose members decided to erase them, to the last row."""
    groups = groups_to_remove()
    for group in groups:
        with isolation.context(groups=[group]):
            remove_group(group=group)
    return len(groups)
