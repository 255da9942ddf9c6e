"""Meetings, one-off and recurring, in the wall-clock time of the group."""

import uuid
from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Count, ExpressionWrapper, F, Value
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.memberships import Membership
from groups.recurrence import end_of, in_words
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
    stipend = models.DecimalField(_("stipend"), max_digits=8, decimal_places=2, null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    # How often the rule, the title or the place changed, and when: calendars elsewhere go by these two.
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

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

    @property
    def in_words(self) -> str:
        return in_words(self.recurrence, self.first)

    @property
    def until(self) -> date | None:
        return end_of(self.recurrence)[0]

    @property
    def times(self) -> int | None:
        return end_of(self.recurrence)[1]


def _present(standing: Membership.Standing, headcount: str) -> Greatest:
    ticked = Count("attendances", filter=models.Q(attendances__standing=standing), distinct=True)
    return Greatest(Coalesce(F(headcount), 0), ticked, output_field=models.IntegerField())


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def coming(self) -> Self:
        return self.filter(starts_at__gte=timezone.now()).order_by("starts_at")

    def past(self) -> Self:
        return self.filter(starts_at__lt=timezone.now()).order_by("-starts_at")

    def going_ahead(self) -> Self:
        return self.filter(cancelled_at=None)

    def overlapping(self, starts_at: datetime, duration_minutes: int) -> Self:
        """Going ahead at the same time. No meeting is longer than a day, so few rows are looked at."""
        ends_at = starts_at + timedelta(minutes=duration_minutes)
        ends = ExpressionWrapper(
            F("starts_at") + F("duration_minutes") * Value(timedelta(minutes=1)), output_field=models.DateTimeField()
        )
        near = self.going_ahead().filter(starts_at__lt=ends_at, starts_at__gt=starts_at - timedelta(days=1))
        return near.annotate(ends=ends).filter(ends__gt=starts_at)

    def with_presence(self) -> Self:
        """Adds `present_peers` and `present_allies`: the heads counted, or the names ticked where they are more."""
        return self.annotate(
            present_peers=_present(Membership.Standing.PEER, "headcount_peers"),
            present_allies=_present(Membership.Standing.ALLY, "headcount_allies"),
        )


class Meeting(models.Model):
    """One meeting on one day. The place is sealed: only members read it."""

    DOORS_OPEN = timedelta(minutes=30)
    DOORS_CLOSE = timedelta(hours=1)

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
    # It differs from its series because someone changed this one alone.
    is_exception = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    # Agreed before the work: what each member who comes is paid.
    stipend = models.DecimalField(_("stipend"), max_digits=8, decimal_places=2, null=True, blank=True)
    # Everyone in the room, ticked or not. Where nobody is named, this is all there is.
    headcount_peers = models.PositiveSmallIntegerField(_("peers"), null=True, blank=True)
    headcount_allies = models.PositiveSmallIntegerField(_("allies"), null=True, blank=True)
    attendance_code = SealedTextField(blank=True, default="", max_length=4)

    minutes = SealedTextField(_("minutes"), blank=True, default="", max_length=20_000)
    # Goes up with each saving: who saves what was written on an older version is shown the newer one first.
    minutes_version = models.PositiveIntegerField(default=0)
    minutes_saved_at = models.DateTimeField(null=True, blank=True)

    objects = MeetingQuerySet.as_manager()
    present_peers: int
    present_allies: int

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

    @property
    def local(self) -> datetime:
        """When it starts on the clocks of the group, without a zone."""
        return self.starts_at.astimezone(self.group.zone).replace(tzinfo=None)

    @property
    def occurrence(self) -> datetime:
        """Which time of its series' rule it is, wall-clock. It stays when this one is moved."""
        return datetime.fromisoformat(self.occurrence_local)

    @property
    def may_be_changed(self) -> bool:
        """What happened stays as it was."""
        return not self.is_past and not self.is_cancelled

    @property
    def has_begun(self) -> bool:
        """Half an hour before, the first are in the room."""
        return not self.is_cancelled and self.starts_at - self.DOORS_OPEN <= timezone.now()

    @property
    def is_over(self) -> bool:
        return self.is_cancelled or self.ends_at + self.DOORS_CLOSE < timezone.now()

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.duration_minutes)

    @property
    def is_in_session(self) -> bool:
        """The room is open: from half an hour before until an hour after. Then the code works."""
        return not self.is_cancelled and self.starts_at - timedelta(
            minutes=30
        ) <= timezone.now() <= self.ends_at + timedelta(hours=1)

    @property
    def calendar_uid(self) -> str:
        """What calendars elsewhere know it by. Meetings of one series share it and differ by `occurrence_local`."""
        return f"{self.series_id or self.pk}@meetings.invalid"
