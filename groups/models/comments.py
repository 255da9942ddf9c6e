"""What members say about a proposal."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.memberships import Membership
from groups.models.proposals import Proposal
from hrplatform.sealing import SealedTextField, SealingOwner


class Comment(models.Model):
    """One voice in the discussion. Stays, unsigned, when its writer is erased."""

    words_of_writer: ClassVar[tuple[str, ...]] = ("text",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="comments")
    written_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    text = SealedTextField(_("what you want to say"), max_length=2000)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["written_at", "pk"]
        indexes = [models.Index(fields=["proposal", "written_at"], name="comment_by_proposal")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.written_at:%Y-%m-%d}"

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group
