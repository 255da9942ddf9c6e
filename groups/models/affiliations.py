"""A group in a network: that it asked, that it was let in, and what the network may know of it."""

import secrets
import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.models.groups import SLUG_LETTERS, Group


def affiliation_code() -> str:
    """Six random letters by which both sides know which request this is, without a name."""
    return "".join(secrets.choice(SLUG_LETTERS) for _ in range(6)).upper()


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def open(self) -> Self:
        return self.filter(state__in=(Affiliation.State.ASKED, Affiliation.State.ACCEPTED))

    def asked(self) -> Self:
        return self.filter(state=Affiliation.State.ASKED)

    def accepted(self) -> Self:
        return self.filter(state=Affiliation.State.ACCEPTED)


class Affiliation(models.Model):
    """One group's way into a network and out of it. Both see this row, and nothing else of each other's.

    `name` and `area` are what the group agreed to show, copied here: a policy can open a row and not a column, so the
    network never reads the group's own. Both are empty for a group that is not named; it is counted.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        ACCEPTED = "accepted", _("in the network")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("taken back")
        LEFT = "left", _("left")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="affiliations")
    network = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    code = models.CharField(max_length=6, default=affiliation_code, editable=False)
    # Whether an unlisted organization wants its name known there. A circle never does.
    shows_name = models.BooleanField(_("the network may know our name and area"), default=False)
    name = models.CharField(max_length=80, blank=True, default="")
    area = models.CharField(max_length=80, blank=True, default="")
    origin = models.CharField(max_length=20, choices=Group.Origin)
    asked_on = models.DateField(auto_now_add=True)
    answered_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            models.UniqueConstraint(
                fields=["group"], condition=Q(state__in=("asked", "accepted")), name="affiliation_one_network_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(group=F("network")), name="affiliation_not_with_itself"),
            # Whoever has left is not named any more.
            models.CheckConstraint(
                condition=Q(state__in=("asked", "accepted")) | Q(name="", area=""), name="affiliation_over_is_unnamed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"

    def copy_what_is_shown(self, group: Group) -> None:
        """Take over what the network may know now: name and area of a group that is listed, or that agreed to it."""
        is_named = group.visibility != Group.Visibility.UNLISTED or (self.shows_name and not group.is_circle)
        self.name, self.area = (group.name, group.area) if is_named else ("", "")
        self.origin = group.origin
