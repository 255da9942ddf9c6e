"""Which phones and computers show a person's reminders."""

from uuid import UUID

from django.db import transaction

from groups.actions.reminders import replan_reminders_of
from groups.models import Device, Membership, Person, Reminder
from groups.models.devices import mark_of
from hrplatform import isolation
from hrplatform.pushing import Target


@transaction.atomic
def add_device(*, by: Person, target: Target) -> Device:
    """Show this person's reminders on a device, of every group of theirs. A device is whose added it last.

    More than ten: the oldest one goes.
    """
    mark = mark_of(target.endpoint)
    with isolation.context(token=mark):
        Device.objects.filter(mark=mark).exclude(person=by).delete()
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)  # two taps at once add one
    device = Device.objects.filter(person=by, mark=mark).first() or Device(person=by, mark=mark)
    device.endpoint, device.p256dh, device.auth = target.endpoint, target.p256dh, target.auth
    device.save()
    others = Device.objects.filter(person=by).exclude(pk=device.pk).order_by("-added_on").values_list("pk", flat=True)
    Device.objects.filter(pk__in=list(others[Device.MAXIMUM - 1 :])).delete()
    for membership in _memberships(by):
        if Reminder.Channel.PUSH not in membership.reminder_channels:
            _choose(membership, [*membership.reminder_channels, Reminder.Channel.PUSH])
    return device


@transaction.atomic
def remove_device(*, by: Person, device: UUID) -> None:
    """Show nothing on this device any more. With the last one, reminders on a device are not chosen any more."""
    Device.objects.filter(person=by, pk=device).delete()
    if Device.objects.filter(person=by).exists():
        return
    for membership in _memberships(by):
        if Reminder.Channel.PUSH in membership.reminder_channels:
            _choose(membership, [each for each in membership.reminder_channels if each != Reminder.Channel.PUSH])


def _memberships(person: Person) -> list[Membership]:
    return list(Membership.objects.active().filter(person=person).select_related("group", "person"))


def _choose(membership: Membership, channels: list[str]) -> None:
    membership.reminder_channels = sorted(channels)
    membership.save(update_fields=["reminder_channels"])
    replan_reminders_of(membership)
