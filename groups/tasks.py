"""What beat and the worker do. Each task opens its own isolation context and calls actions."""

from uuid import UUID

from celery import shared_task
from django.core.mail import get_connection
from django.utils import timezone

from groups.actions.meetings import HORIZON, write_out_series
from groups.actions.reminders import claim_due, deliver_in_app, send_letter
from groups.actions.taking_along import groups_to_remove, remove_group
from groups.models import Group, MeetingSeries, Reminder
from hrplatform import isolation


@shared_task(ignore_result=True)
def claim_due_reminders() -> int:
    """The tick: claims what is due and hands it to the worker. Claims of a worker that died run out and come back."""
    with isolation.context(errand="delivery"):
        batches = claim_due(now=timezone.now())
    for group, reminders in batches:
        send_reminders.delay(str(group), [str(reminder) for reminder in reminders])
    return sum(len(reminders) for _, reminders in batches)


@shared_task(ignore_result=True)
def send_reminders(group: str, reminders: list[str]) -> int:
    """Tells one group's claimed reminders: inboxes at once, letters one by one over one connection."""
    owner, rows = UUID(group), [UUID(reminder) for reminder in reminders]
    with isolation.context(groups=[owner]):
        told = deliver_in_app(reminders=rows)
        letters = list(
            Reminder.objects.waiting().filter(pk__in=rows, channel=Reminder.Channel.EMAIL).values_list("pk", flat=True)
        )
    if not letters:
        return told
    connection = get_connection()
    try:
        connection.open()
    except OSError:
        connection = get_connection()  # Each letter finds the server away for itself, and is put off.
    try:
        for reminder in letters:
            with isolation.context(groups=[owner]):
                told += send_letter(reminder=reminder, connection=connection)
    finally:
        connection.close()
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
