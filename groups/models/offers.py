"""Offering to hold a role, and members standing behind an offer or an application."""

import uuid
from datetime import date, timedelta
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups.models.applications import Application
from groups.models.groups import Group
from groups.models.memberships import Membership
from groups.models.roles import Role


class OfferQuerySet(models.QuerySet["Offer"]):
    def open(self) -> Self:
        return self.filter(state=Offer.State.OPEN)

    def with_backings(self) -> Self:
        """With what is needed to say how each stands."""
        counted = models.Prefetch("backings", Backing.objects.counted(), to_attr="counted_backings")
        return self.select_related("group", "role", "membership__person").prefetch_related(counted)


class Offer(models.Model):
    """A member offers to hold a role. It becomes a term when enough others trust them with it.

    A takeover is the same while nobody coordinates: then whoever offers counts too.
    """

    STANDS_FOR = timedelta(days=60)

    class State(models.TextChoices):
        OPEN = "open", _("open")
        BEGUN = "begun", _("the term has begun")
        WITHDRAWN = "withdrawn", _("taken back")
        LAPSED = "lapsed", _("too old")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="offers")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="offers")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="offers")
    is_takeover = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    offered_on = models.DateField(default=date.today)

    objects = OfferQuerySet.as_manager()
    counted_backings: "list[Backing]"

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(
                fields=["role", "membership"], condition=Q(state="open"), name="offer_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} / {self.role}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def behind(self) -> set[UUID]:
        """The members who stand behind it. Nobody is asked to trust themselves; in a takeover whoever offers counts."""
        members = {backing.membership_id for backing in self.counted_backings}
        return members if self.is_takeover else members - {self.membership_id}

    def needed(self, here: frozenset[UUID]) -> int:
        """How many it takes, of the members who are `here` (`Membership.objects.ids_here`)."""
        if self.is_takeover:
            return self.group.enough_of(len(here))
        return self.role.trust_needed(len(here - {self.membership_id}))

    def has_enough(self, here: frozenset[UUID]) -> bool:
        return len(self.behind()) >= self.needed(here)


class BackingQuerySet(models.QuerySet["Backing"]):
    def counted(self) -> Self:
        """Of those who are still members: whoever left does not decide any more."""
        return self.filter(membership__left_on=None)


class Backing(models.Model):
    """One member stands behind one application or one offer, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="backings")
    application = models.ForeignKey(
        Application, null=True, blank=True, on_delete=models.CASCADE, related_name="backings"
    )
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.CASCADE, related_name="backings")

    objects = BackingQuerySet.as_manager()

    class Meta:
        verbose_name = _("backing")
        verbose_name_plural = _("backings")
        constraints = [
            models.CheckConstraint(
                condition=Q(application=None, offer__isnull=False) | Q(application__isnull=False, offer=None),
                name="backing_of_one_thing",
            ),
            models.UniqueConstraint(fields=["application", "membership"], name="backing_of_application_once"),
            models.UniqueConstraint(fields=["offer", "membership"], name="backing_of_offer_once"),
        ]

    def __str__(self) -> str:
        return str(self.membership)
