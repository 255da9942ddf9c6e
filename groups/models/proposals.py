"""Proposals: what a group decides together, by which method, and what came of it."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.memberships import Membership
from groups.models.roles import Power
from hrplatform.sealing import SealedTextField, SealingOwner


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def open(self) -> Self:
        return self.filter(state=Proposal.State.OPEN).order_by("closes_at", "pk")

    def drafts(self) -> Self:
        return self.filter(state=Proposal.State.DRAFT).order_by("opens_at", "pk")

    def over(self) -> Self:
        return self.filter(state__in=[Proposal.State.CLOSED, Proposal.State.WITHDRAWN]).order_by("-closed_at", "pk")

    def due(self, now: datetime) -> Self:
        """What the clock should have opened or closed by now."""
        return self.filter(
            Q(state=Proposal.State.DRAFT, opens_at__lte=now) | Q(state=Proposal.State.OPEN, closes_at__lte=now)
        ).order_by("opens_at", "pk")

    def waiting_for(self, member: Membership) -> Self:
        """Open votes in which this member may vote and has not yet."""
        from groups.models.ballots import Participation

        mine = Participation.objects.filter(proposal=OuterRef("pk"), membership=member, took_part=False)
        return self.open().filter(Exists(mine))


class Proposal(models.Model):
    """One question to the group. Talked over as a draft, then open for voting, then closed with an outcome."""

    # Members decided about these very words: they stay.
    words_of_writer: ClassVar[tuple[str, ...]] = ()

    class Method(models.TextChoices):
        CONSENT = "consent", _("consent")
        MAJORITY = "majority", _("majority")
        TWO_THIRDS = "two_thirds", _("two thirds")
        SCORE = "score", _("points")
        RANKED = "ranked", _("ranking")

    class State(models.TextChoices):
        DRAFT = "draft", _("being talked over")
        OPEN = "open", _("open for voting")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("taken back")

    class Outcome(models.TextChoices):
        ADOPTED = "adopted", _("adopted")
        REJECTED = "rejected", _("not adopted")
        NO_QUORUM = "no_quorum", _("too few took part")

    class Effect(models.TextChoices):
        """What the program does in the same moment in which a proposal is adopted."""

        NONE = "none", _("nothing: people do it")
        FILL_ROLE = "fill_role", _("the role is given for a term")
        REMOVE_MEMBER = "remove_member", _("the member is removed")
        CONVERT = "convert", _("the group changes its form")
        AFFILIATE = "affiliate", _("the group asks to join the network")
        LEAVE_NETWORK = "leave_network", _("the group leaves its network")
        ALLIES_VOTE = "allies_vote", _("the rule about allies and voting changes")
        ERASE_GROUP = "erase_group", _("the group and everything it holds is erased")

    # They change who the group is or who belongs to it: a bare majority is not enough (docs/decisions/voting.md).
    WEIGHTY = (
        Effect.REMOVE_MEMBER,
        Effect.CONVERT,
        Effect.AFFILIATE,
        Effect.LEAVE_NETWORK,
        Effect.ALLIES_VOTE,
        Effect.ERASE_GROUP,
    )
    WEIGHTY_QUORUM = 50
    STRONG_METHODS = (Method.CONSENT, Method.TWO_THIRDS)
    WITH_OPTIONS = (Method.SCORE, Method.RANKED)
    # More would not fit on a ballot that one can still read.
    MOST_OPTIONS = 20

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="proposals")
    written_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="proposals")
    title = SealedTextField(_("title"), max_length=120)
    text = SealedTextField(_("what it is about"), blank=True, default="", max_length=4000)
    method = models.CharField(_("how we decide"), max_length=10, choices=Method, default=Method.CONSENT)
    is_secret = models.BooleanField(_("secret ballot"), default=False)
    # 0: whoever takes part is enough.
    quorum_percent = models.PositiveSmallIntegerField(_("how many must take part"), default=0)
    seats = models.PositiveSmallIntegerField(_("places to fill"), default=1)
    effect = models.CharField(_("what follows"), max_length=14, choices=Effect, default=Effect.NONE)
    effect_on = models.UUIDField(null=True, blank=True)
    term_ends_on = models.DateField(_("until"), null=True, blank=True)
    makes_agreement = models.BooleanField(_("keep it as an agreement"), default=False)
    # 0: no day to look again.
    look_again_months = models.PositiveSmallIntegerField(_("look at it again"), default=0)
    replaces = models.ForeignKey("Agreement", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    again_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="put_again")
    opens_at = models.DateTimeField(_("voting opens"))
    closes_at = models.DateTimeField(_("voting closes"))
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome, blank=True, default="")
    # Counts, as JSON; what a secret vote leaves behind when its ballots are gone.
    result = SealedTextField(blank=True, default="")
    outcome_statement = SealedTextField(_("what came of it"), blank=True, default="", max_length=2000)
    carried_out_at = models.DateTimeField(null=True, blank=True)
    # Draws lots between equals. Its hash is shown from the start, itself at the end: nobody can pick it afterwards.
    lot_seed = SealedTextField(blank=True, default="")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="proposal_closes_after_opening"),
            models.CheckConstraint(condition=Q(quorum_percent__lte=100), name="proposal_quorum_is_a_share"),
            models.CheckConstraint(condition=Q(seats__gte=1, seats__lte=20), name="proposal_seats_are_few"),
            # A concern is there to be talked over with whoever has it.
            models.CheckConstraint(
                condition=~Q(method="consent") | Q(is_secret=False), name="proposal_consent_is_in_the_open"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(outcome="")
                | Q(state="withdrawn", closed_at__isnull=False, outcome="")
                | Q(state__in=["draft", "open"], closed_at=None, outcome=""),
                name="proposal_has_an_outcome_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(carried_out_at=None) | Q(outcome="adopted"), name="proposal_carried_out_when_adopted"
            ),
            models.CheckConstraint(
                condition=Q(effect="none")
                | Q(effect="fill_role", method="ranked")
                | (~Q(effect="fill_role") & Q(method__in=["consent", "two_thirds"])),
                name="proposal_weighty_needs_strong_method",
            ),
            models.CheckConstraint(
                condition=~Q(effect__in=["fill_role", "remove_member", "affiliate", "leave_network"])
                | Q(effect_on__isnull=False),
                name="proposal_effect_on_something",
            ),
        ]
        indexes = [models.Index(fields=["group", "state", "closes_at"], name="proposal_by_state")]

    def __str__(self) -> str:
        return f"{self.method} {self.state} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("groups:proposal-detail", args=[self.group.slug, self.pk])

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether a vote is taken now: also before the clock has closed what is past its time."""
        return self.state == self.State.OPEN and timezone.now() < self.closes_at

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.CLOSED, self.State.WITHDRAWN)

    @property
    def is_withdrawn(self) -> bool:
        return self.state == self.State.WITHDRAWN

    @property
    def is_adopted(self) -> bool:
        return self.state == self.State.CLOSED and self.outcome == self.Outcome.ADOPTED

    @property
    def has_options(self) -> bool:
        return self.method in self.WITH_OPTIONS

    @property
    def is_election(self) -> bool:
        return self.effect == self.Effect.FILL_ROLE

    @property
    def has_effect(self) -> bool:
        return self.effect != self.Effect.NONE

    @property
    def waits_to_be_carried_out(self) -> bool:
        """Adopted, but the program could not do it in that moment."""
        return self.is_adopted and self.has_effect and self.carried_out_at is None

    def is_led_by(self, member: Membership) -> bool:
        """Its author sees to it, and so may whoever coordinates: opens, closes early, says what came of it."""
        return self.written_by_id == member.pk or member.has_power(Power.COORDINATE)

    @property
    def everybody_answered(self) -> bool:
        """Every voter who is still here took part."""
        waiting = self.participations.filter(took_part=False, membership__isnull=False, membership__left_on=None)
        return not waiting.exists() and self.participations.filter(took_part=True).exists()

    def proves(self, effect: str, on: uuid.UUID | None = None) -> bool:
        """Whether this is the members' decision for this act on this thing, not used up yet."""
        return (
            self.is_adopted
            and self.effect == effect
            and (on is None or self.effect_on == on)
            and self.carried_out_at is None
        )

    def turnout_needed(self, voters: int) -> int:
        """How many must take part, out of so many voters. Never more than there are, never nobody."""
        share = -(-voters * self.quorum_percent // 100)
        least = 2 if self.effect == self.Effect.REMOVE_MEMBER else 1
        return max(share, least)

    @property
    def lot_hash(self) -> str:
        """What is shown of the lot while people vote."""
        return hashlib.sha256(self.lot_seed.encode()).hexdigest()

    @property
    def counts(self) -> dict[str, Any]:
        """What was counted. Empty until closing."""
        found: dict[str, Any] = json.loads(self.result) if self.result else {}
        return found


class Option(models.Model):
    """One thing that can be chosen: words, or a member who stands for election."""

    class Answer(models.TextChoices):
        """Nobody stands who did not say so."""

        STANDS = "stands", _("stands")
        ASKED = "asked", _("was asked")
        DECLINED = "declined", _("does not stand")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="options")
    # Its number on the ballot, from 1.
    position = models.PositiveSmallIntegerField()
    label = SealedTextField(_("words"), blank=True, default="", max_length=120)
    membership = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.STANDS)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["proposal", "position"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "position"], name="option_position_once"),
            models.UniqueConstraint(
                fields=["proposal", "membership"], condition=~Q(membership=None), name="option_candidate_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.proposal_id}"

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def words(self) -> str:
        """What stands on the ballot. A candidate who left and was erased has no name any more."""
        if self.label:
            return str(self.label)
        return str(self.membership.person.handle if self.membership else _("someone who left"))
