"""Meetings, one-off and recurring, in the wall-clock time of the group."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from hrplatform.sealing import SealedTextField, SealingOwner


class MeetingSeries(models.Model):
    """A meeting that comes back: an RFC 5545 rule over wall-clock time in the group's zone.

    `first_local` has no zone of its own: 19:00 stays 19:00 when the clocks change.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="meeting_series")
    title = models.CharField(_("title"), max_length=120)
    place = SealedTextField(_("place"), blank=True, default="", max_length=200)
    first_local = models.CharField(max_length=16, help_text="YYYY-MM-DDTHH:MM")
    recurrence = models.CharField(max_length=200)
    duration_minutes = models.PositiveSmallIntegerField(_("minutes"), default=90)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("meeting series")
        verbose_name_plural = _("meeting series")

    def __str__(self) -> str:
        return self.title

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def is_ended(self) -> bool:
        return self.ended_on is not None

    @property
    def first(self) -> datetime:
        """Wall-clock time of the first meeting, without a zone."""
        return datetime.fromisoformat(self.first_local)


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def coming(self) -> Self:
        return self.filter(starts_at__gte=timezone.now()).order_by("starts_at")

    def past(self) -> Self:
        return self.filter(starts_at__lt=timezone.now()).order_by("-starts_at")

    def going_ahead(self) -> Self:
        return self.filter(cancelled_at=None)


class Meeting(models.Model):
    """One meeting on one day. The place is sealed: only members read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="meetings")
    series = models.ForeignKey(MeetingSeries, null=True, blank=True, on_delete=models.SET_NULL, related_name="meetings")
    # Which occurrence of the rule this is, in wall-clock time; stays the same when the meeting is moved.
    occurrence_local = models.CharField(max_length=16, blank=True)
    title = models.CharField(_("title"), max_length=120)
    place = SealedTextField(_("place"), blank=True, default="", max_length=200)
    starts_at = models.DateTimeField(_("starts"))
    duration_minutes = models.PositiveSmallIntegerField(_("minutes"), default=90)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "occurrence_local"],
                condition=~models.Q(series=None),
                name="meeting_once_per_occurrence",
            )
        ]
        indexes = [models.Index(fields=["group", "starts_at"], name="meeting_by_group_and_time")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("groups:meeting-detail", args=[self.group.slug, self.pk])

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def is_past(self) -> bool:
        return self.starts_at < timezone.now()
