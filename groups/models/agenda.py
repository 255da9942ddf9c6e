"""What a meeting is to talk about. Any member adds to it, and support says what comes first."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.meetings import Meeting
from groups.models.memberships import Membership
from hrplatform.sealing import SealedTextField, SealingOwner


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def in_order(self) -> Self:
        """Most supported first; of equals, what was added first."""
        return self.annotate(support=Count("supports")).order_by("-support", "added_at", "pk")

    def as_seen_by(self, membership: Membership) -> Self:
        mine = AgendaSupport.objects.filter(item=OuterRef("pk"), membership=membership)
        return self.annotate(is_supported=Exists(mine)).select_related("added_by__person")


class AgendaItem(models.Model):
    """One thing to talk about. Without a meeting it waits for the next one that is scheduled.

    `origin` and `origin_id` say what put it here by itself: an agreement to look at again, for one.
    """

    MOST_IN_A_MEETING = 100

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="agenda_items")
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.CASCADE, related_name="agenda_items")
    title = SealedTextField(_("what about"), max_length=200)
    note = SealedTextField(_("more about it"), blank=True, default="", max_length=2000)
    added_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    origin = models.CharField(max_length=20, blank=True)
    origin_id = models.UUIDField(null=True, blank=True)

    objects = AgendaItemQuerySet.as_manager()
    support: int
    is_supported: bool

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "origin_id"],
                condition=models.Q(meeting__isnull=False, origin_id__isnull=False),
                name="agenda_item_once_per_origin",
            ),
            models.UniqueConstraint(
                fields=["group", "origin_id"],
                condition=models.Q(meeting=None, origin_id__isnull=False),
                name="agenda_item_waits_once_per_origin",
            ),
        ]
        indexes = [models.Index(fields=["meeting", "added_at"], name="agenda_item_by_meeting")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group


class AgendaSupport(models.Model):
    """One member wants this talked about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="supports")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("support")
        verbose_name_plural = _("support")
        constraints = [models.UniqueConstraint(fields=["item", "membership"], name="agenda_support_once_per_member")]

    def __str__(self) -> str:
        return str(self.pk)
