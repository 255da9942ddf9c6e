"""Asking a group to be let in."""

import json
import uuid
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.memberships import Membership
from groups.models.people import Person
from hrplatform.sealing import SealedTextField, SealingOwner


class ApplicationQuerySet(models.QuerySet["Application"]):
    def waiting(self) -> Self:
        return self.filter(state=Application.State.WAITING)

    def of(self, person: Person) -> Self:
        return self.filter(person=person).order_by("-applied_on", "pk")


class Application(models.Model):
    """Someone with an account asks a group to be let in. Their answers are sealed, and gone once it is decided."""

    # A no can be changed, but not by asking every day.
    ASK_AGAIN_AFTER = timedelta(days=30)
    MOST_WAITING = 5

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("not this time")
        WITHDRAWN = "withdrawn", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="applications")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="applications")
    standing = models.CharField(max_length=4, choices=Membership.Standing, default=Membership.Standing.PEER)
    # Pairs of question and answer, as they were when it was written.
    answers_json = SealedTextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    applied_on = models.DateField(default=date.today)
    decided_on = models.DateField(null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"], condition=Q(state="waiting"), name="application_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} / {self.get_state_display()}"

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def answers(self) -> list[tuple[str, str]]:
        return [(question, answer) for question, answer in json.loads(self.answers_json or "[]")]

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def may_ask_again_on(self) -> date | None:
        """The day from which a declined person can ask again; None when nothing stands in the way."""
        if self.state != self.State.DECLINED or self.decided_on is None:
            return None
        day = self.decided_on + self.ASK_AGAIN_AFTER
        return day if day > timezone.now().date() else None
