"""What beat and the worker do. Each task opens its own isolation context and calls actions."""

import logging
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from groups.actions.agreements import put_up_agreements
from groups.actions.applications import settle_applications
from groups.actions.leadership import count_leadership
from groups.actions.offers import settle_offers
from groups.actions.outbox import (
    claim_due,
    deliver_in_app,
    forget_devices,
    letters_of,
    mark_sent,
    pushes_of,
    put_off,
    take_in_hand,
)
from groups.actions.proposals import keep_time
from groups.actions.roles import lock_coordination, remind_of_ending_terms, start_takeover_if_needed
from groups.actions.rota import assign_turns
from groups.actions.series import extend_series
from groups.actions.taking_along import groups_to_remove, remove_group
from groups.models import Group, MeetingSeries, Reminder
from hrplatform import isolation
from hrplatform.delivery import MailRun
from hrplatform.pushing import PushRun

# So many are taken in hand at once: few enough that a claim outlasts them when whoever takes them is slow.
_LETTERS_IN_HAND, _PUSHES_IN_HAND = 50, 10

logger = logging.getLogger(__name__)


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
        waiting = Reminder.objects.waiting().filter(pk__in=rows).values_list("channel", "pk")
        by_channel = {channel: [pk for each, pk in waiting if each == channel] for channel in Reminder.Channel}
    told += _send_letters(owner, by_channel[Reminder.Channel.EMAIL], claimed_at)
    return told + _push(owner, by_channel[Reminder.Channel.PUSH], claimed_at)


def _send_letters(owner: UUID, reminders: list[UUID], stamp: datetime) -> int:
    """Over one connection. Each is noted before the next goes, so that a kill can repeat only the one in hand."""
    told = 0
    with MailRun() as run:
        for chunk in _chunks(reminders, _LETTERS_IN_HAND):
            with isolation.context(groups=[owner]):
                mine = take_in_hand(reminders=chunk, channel=Reminder.Channel.EMAIL, stamp=stamp)
                letters = letters_of(mine)
            failed = []
            for letter in letters:
                if letter.message is None or run.send(letter.message):
                    mark_sent(group=owner, reminder=letter.reminder)
                    told += 1
                else:
                    failed.append(letter.reminder)
            _put_off(owner, failed)
    return told


def _push(owner: UUID, reminders: list[UUID], stamp: datetime) -> int:
    told, run = 0, PushRun()
    for chunk in _chunks(reminders, _PUSHES_IN_HAND):
        with isolation.context(groups=[owner]):
            mine = take_in_hand(reminders=chunk, channel=Reminder.Channel.PUSH, stamp=stamp)
            pushes = pushes_of(mine)
        failed = []
        for push in pushes:
            is_told, gone = push.send(run)
            if gone:
                forget_devices(person=push.person, devices=gone)
            if is_told:
                mark_sent(group=owner, reminder=push.reminder)
                told += 1
            else:
                failed.append(push.reminder)
        _put_off(owner, failed)
    return told


def _put_off(owner: UUID, reminders: list[UUID]) -> None:
    if reminders:
        with isolation.context(groups=[owner]):
            put_off(reminders=reminders)


def _chunks(rows: list[UUID], size: int) -> Iterator[list[UUID]]:
    return (rows[first : first + size] for first in range(0, len(rows), size))


@shared_task(ignore_result=True)
def extend_meeting_series() -> int:
    """Writes recurring meetings out as far ahead as the horizon, and says whose turn is next."""
    with isolation.context(errand="upkeep"):
        groups = list(Group.objects.values_list("pk", flat=True))
    made = 0
    for group in groups:
        with isolation.context(groups=[group]):
            for series in MeetingSeries.objects.filter(ended_on=None).select_related("group"):
                made += extend_series(series=series)
            assign_turns(group=Group.objects.get(pk=group))
    return made


@shared_task(ignore_result=True)
def remove_erased_groups() -> int:
    """Removes the groups whose members decided to erase them, to the last row."""
    groups = groups_to_remove()
    for group in groups:
        with isolation.context(groups=[group]):
            remove_group(group=group)
    return len(groups)


@shared_task(ignore_result=True)
def look_after_roles() -> None:
    """What time does to roles: terms that end are told of, a group that nobody coordinates is told so, and what
    waited for more members than are left is decided by those who are."""
    with isolation.context(errand="upkeep"):
        groups = list(Group.objects.filter(erasing_since=None).values_list("pk", flat=True))
    for pk in groups:
        with isolation.context(groups=[pk]):
            group = Group.objects.get(pk=pk)
            lock_coordination(group)
            remind_of_ending_terms(group=group, today=timezone.now().date())
            settle_applications(group=group)
            settle_offers(group=group)
            start_takeover_if_needed(by=None, group=group)


@shared_task(ignore_result=True)
def keep_time_of_decisions() -> int:
    """Opens and closes votes at their time, and brings agreements back on their day. Pages do it too: once in all."""
    with isolation.context(errand="upkeep"):
        groups = list(Group.objects.filter(erasing_since=None).order_by("pk"))
    moved = 0
    for group in groups:
        try:
            with isolation.context(groups=[group.pk]):
                moved += keep_time(group=group) + put_up_agreements(group=group)
        except Exception as error:  # What is wrong with one group must not keep all the others waiting.
            logger.error("Decisions of one group could not be kept in time: %s", type(error).__name__)
    return moved


@shared_task(ignore_result=True)
def count_leadership_of_groups() -> int:
    """Counts who led in the quarter that is over, once for each group."""
    with isolation.context(errand="upkeep"):
        groups = list(Group.objects.filter(erasing_since=None).values_list("pk", flat=True))
    counted = 0
    for pk in groups:
        with isolation.context(groups=[pk]):
            counted += count_leadership(group=Group.objects.get(pk=pk))
    return counted
