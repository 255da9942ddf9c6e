"""The register of agreements: what was decided, since when, and when to look at it again."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.proposals import Proposal
from hrplatform.sealing import SealedTextField, SealingOwner


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def in_force(self) -> Self:
        return self.filter(ended_on=None)

    def to_look_at(self, today: date) -> Self:
        """Their day has come, and it was not put on an agenda for that day yet."""
        return (
            self.in_force()
            .filter(look_again_on__lte=today)
            .filter(Q(put_up_for=None) | ~Q(put_up_for=F("look_again_on")))
            .order_by("look_again_on", "pk")
        )


class Agreement(models.Model):
    """What the group holds itself to until a later decision ends or replaces it. Past ones stay, for the history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="agreements")
    proposal = models.ForeignKey(Proposal, null=True, on_delete=models.SET_NULL, related_name="agreements")
    title = SealedTextField(_("title"), max_length=120)
    text = SealedTextField(_("what we agreed"), blank=True, default="", max_length=4000)
    agreed_on = models.DateField(_("since"))
    look_again_on = models.DateField(_("look at it again on"), null=True, blank=True)
    # The day to look again for which it was put on an agenda: so that it comes back once for each such day.
    put_up_for = models.DateField(null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="before")

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("agreed_on")), name="agreement_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | Q(ended_on__isnull=False), name="agreement_replaced_is_ended"
            ),
        ]
        indexes = [models.Index(fields=["group", "ended_on", "agreed_on"], name="agreement_by_group")]

    def __str__(self) -> str:
        return f"{self.agreed_on}"

    def get_absolute_url(self) -> str:
        return reverse("groups:agreement-detail", args=[self.group.slug, self.pk])

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def is_in_force(self) -> bool:
        return self.ended_on is None

    @property
    def is_to_be_looked_at(self) -> bool:
        return self.is_in_force and self.look_again_on is not None and self.look_again_on <= timezone.now().date()
