"""Taking turns: who facilitates and who takes notes."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.meetings import Meeting
from groups.models.memberships import Membership


class MeetingTask(models.TextChoices):
    FACILITATE = "facilitate", _("facilitate")
    TAKE_NOTES = "take_notes", _("take notes")


class RotaPlace(models.Model):
    """A member who said that they take turns at a task."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="rota_places")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="rota_places")
    task = models.CharField(max_length=10, choices=MeetingTask)

    class Meta:
        verbose_name = _("place in the rota")
        verbose_name_plural = _("places in the rota")
        constraints = [models.UniqueConstraint(fields=["membership", "task"], name="rota_place_once_per_task")]

    def __str__(self) -> str:
        return str(self.pk)


class TurnQuerySet(models.QuerySet["Turn"]):
    def held(self) -> Self:
        return self.filter(was_passed=False)


class Turn(models.Model):
    """A member's turn at one meeting. One passed on stays, so that nobody is asked twice for one evening."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="turns")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="turns")
    task = models.CharField(max_length=10, choices=MeetingTask)
    was_passed = models.BooleanField(default=False)

    objects = TurnQuerySet.as_manager()

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "task"], condition=Q(was_passed=False), name="turn_one_holder_per_task"
            ),
            models.UniqueConstraint(fields=["meeting", "task", "membership"], name="turn_once_per_member"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
