"""The private address of a person's calendar. Only a hash of its secret is stored."""

import uuid
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from groups.models.people import Person


class CalendarFeed(models.Model):
    """What a calendar elsewhere may fetch without signing in. One for each person; a new one ends the old one."""

    class Detail(models.TextChoices):
        DISCREET = "discreet", _("discreet")
        FULL = "full", _("full")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    detail = models.CharField(_("how much it shows"), max_length=8, choices=Detail, default=Detail.DISCREET)
    made_on = models.DateField(default=date.today)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return self.detail

    @property
    def is_full(self) -> bool:
        return self.detail == self.Detail.FULL
