"""Ballots, and apart from them who took part.

In a secret vote nothing joins the two: no key, no time, no order, not even the transaction that wrote them last
(groups/actions/ballots.py rewrites the whole urn with each vote; docs/decisions/secret-ballots.md).
"""

import json
import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.memberships import Membership
from groups.models.proposals import Proposal
from hrplatform.sealing import SealedTextField, SealingOwner

# In no archive: two of them, one vote apart, would show to whoever made them who voted what. A vote that was open when
# a group went elsewhere closes there without a decision, and can be asked again.
WHILE_OPEN = Q(proposal__state=Proposal.State.OPEN)


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def who_count(self) -> Self:
        """Voters still here, and those who voted before they left: what a share is a share of."""
        return self.filter(Q(took_part=True) | Q(membership__left_on=None, membership__isnull=False))


class Participation(models.Model):
    """One voter of one proposal, put down when voting opens; later, whether they took part. Never what they chose."""

    STAYS_HERE = WHILE_OPEN

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="participations")
    membership = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    took_part = models.BooleanField(default=False)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "membership"], name="participation_once_per_voter"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}"


class Ballot(models.Model):
    """What was chosen, sealed. Only a ballot of an open vote, cast here, says whose it is: it can be changed."""

    STAYS_HERE = WHILE_OPEN

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="ballots")
    is_secret = models.BooleanField()
    membership = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    # JSON, padded so that its length says nothing either.
    choice = SealedTextField()
    reason = SealedTextField(blank=True, default="", max_length=1000)

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "membership"], condition=~Q(membership=None), name="ballot_once_per_voter"
            ),
            models.CheckConstraint(
                condition=Q(is_secret=False) | Q(membership=None), name="ballot_secret_has_no_voter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}"

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def chosen(self) -> Any:
        return json.loads(self.choice)


class TellerEntry(models.Model):
    """What one teller counted of votes on paper or by phone. Counts only when a second one counted the same."""

    STAYS_HERE = WHILE_OPEN

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="teller_entries")
    teller = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    # JSON: the ballots, sorted, and who voted that way, sorted. Gone as soon as two agree.
    content = SealedTextField()

    class Meta:
        verbose_name = _("teller's count")
        verbose_name_plural = _("tellers' counts")
        constraints = [models.UniqueConstraint(fields=["proposal", "teller"], name="teller_entry_once_per_teller")]

    def __str__(self) -> str:
        return f"{self.proposal_id}"

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def counted(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.content)
        return found
