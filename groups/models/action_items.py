"""What someone said they would do, and by when. It comes back to every agenda until it is done."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.meetings import Meeting
from groups.models.memberships import Membership
from hrplatform.sealing import SealedTextField, SealingOwner


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def with_people(self) -> Self:
        return self.select_related("membership__person")

    def open(self) -> Self:
        """Not done, the most pressing first; what has no date comes last."""
        return self.filter(done_at=None).order_by(F("due_on").asc(nulls_last=True), "made_at", "pk")

    def done(self) -> Self:
        return self.filter(done_at__isnull=False).order_by("-done_at", "pk")

    def carried_to(self, meeting: Meeting) -> Self:
        """What was open when this meeting began, and was said before it: nothing is copied from agenda to agenda."""
        return (
            self.filter(group=meeting.group, made_at__lt=meeting.starts_at)
            .filter(Q(done_at=None) | Q(done_at__gte=meeting.starts_at))
            .exclude(meeting=meeting)
            .order_by(F("due_on").asc(nulls_last=True), "made_at", "pk")
        )


class ActionItem(models.Model):
    """One thing to do, with a member who does it and a day, where they said so."""

    MOST_IN_A_MEETING = 50

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="action_items")
    # Where it was said. The meeting may go by the clock; what is still to do stays.
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.SET_NULL, related_name="action_items")
    what = SealedTextField(_("what to do"), max_length=300)
    membership = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="action_items"
    )
    due_on = models.DateField(_("by"), null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        indexes = [
            models.Index(fields=["group", "due_on"], condition=Q(done_at=None), name="action_item_open"),
            models.Index(fields=["meeting"], name="action_item_by_meeting"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def is_overdue(self) -> bool:
        today = timezone.now().astimezone(self.group.zone).date()
        return self.due_on is not None and not self.is_done and self.due_on < today
