"""Asking a group to be let in."""

import json
import uuid
from datetime import date, timedelta
from typing import Self
from uuid import UUID

from django.apps import apps
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

    def with_group_names(self) -> Self:
        """For who asked: they may read no more of the group than its name, and not even that when it hides itself."""
        group = Group.objects.filter(pk=models.OuterRef("group"))
        return self.annotate(
            group_name=models.Subquery(group.values("name")), group_slug=models.Subquery(group.values("slug"))
        )

    def with_backings(self) -> Self:
        """With what is needed to say how each stands."""
        counted = models.Prefetch(
            "backings", apps.get_model("groups.Backing").objects.counted(), to_attr="counted_backings"
        )
        return self.select_related("group", "person").prefetch_related(counted)


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
    group_name: str | None
    group_slug: str | None

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

    def behind(self) -> set[UUID]:
        """The members who are for it; needs `with_backings`."""
        return {backing.membership_id for backing in self.counted_backings}  # type: ignore[attr-defined]

    def has_enough(self, here: frozenset[UUID]) -> bool:
        return len(self.behind()) >= self.group.enough_of(len(here))

    @property
    def may_ask_again_on(self) -> date | None:
        """The day from which a declined person can ask again; None when nothing stands in the way."""
        if self.state != self.State.DECLINED or self.decided_on is None:
            return None
        day = self.decided_on + self.ASK_AGAIN_AFTER
        return day if day > timezone.now().date() else None
