"""Who was at a meeting: ticked, or by the code that was read out in the room. Counts outlive the names."""

import uuid
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.meetings import Meeting
from groups.models.memberships import Membership


class Attendance(models.Model):
    """One member was there. After a year nobody can tell who it was; that a peer or an ally was there stays."""

    class Way(models.TextChoices):
        TICK = "tick", _("ticked")
        CODE = "code", _("by code")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    membership = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="attendances"
    )
    # As it was on that day: who becomes an ally later does not change what was.
    standing = models.CharField(max_length=4, choices=Membership.Standing)
    way = models.CharField(max_length=4, choices=Way)
    recorded_on = models.DateField(default=date.today)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [models.UniqueConstraint(fields=["meeting", "membership"], name="attendance_once_per_member")]

    def __str__(self) -> str:
        return str(self.pk)


class CodeTries(models.Model):
    """How often a member entered a wrong code at one meeting: four digits must not be guessed."""

    MOST_WRONG = 5

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    wrong = models.PositiveSmallIntegerField(default=0)
    tried_on = models.DateField(default=date.today)

    class Meta:
        verbose_name = _("tries of a code")
        verbose_name_plural = _("tries of a code")
        constraints = [models.UniqueConstraint(fields=["meeting", "membership"], name="code_tries_once_per_member")]

    def __str__(self) -> str:
        return str(self.wrong)

    @property
    def are_used_up(self) -> bool:
        return self.wrong >= self.MOST_WRONG
