"""Phones and computers that a person allowed to show reminders."""

import uuid
from datetime import date

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from groups.models.people import Person
from hrplatform.pushing import Target
from hrplatform.sealing import SealedTextField, SealingOwner


def mark_of(endpoint: str) -> str:
    """Finds the device again without showing its address: nobody makes this without the installation's secret key."""
    return salted_hmac("groups.device", endpoint, algorithm="sha256").hexdigest()


class Device(models.Model):
    """A web push subscription. What kind of device it is, and what it is called, we do not know."""

    MAXIMUM = 10

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="devices")
    mark = models.CharField(max_length=64, editable=False)
    endpoint = SealedTextField(max_length=1000)
    p256dh = SealedTextField(max_length=90)
    auth = SealedTextField(max_length=30)
    added_on = models.DateField(default=date.today)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["added_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["person", "mark"], name="device_once_per_person")]

    def __str__(self) -> str:
        return str(self.added_on)

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.person

    @property
    def target(self) -> Target:
        return Target(self.endpoint, self.p256dh, self.auth)
