"""Campaigns: what a group demands, of whom, with whom, what it does for it, and what came of it."""

import uuid
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from groups.models.groups import Group
from groups.models.memberships import Membership
from groups.models.practices import LINE, WORDS
from groups.models.rights import RightsRecord
from groups.models.roles import Power
from hrplatform.sealing import SealedTextField, SealingOwner

# Numbers of records leave a group only in steps of this, rounded down: neither a small number nor one more shows.
STEP = 5
ACTIONS_SHARED = 50
MOST_ACTIONS = 200


class State(models.TextChoices):
    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    WON = "won", _("won")
    ENDED = "ended", _("ended")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def newest_first(self) -> Self:
        """What runs first, then what is planned, then what is over."""
        order = [State.RUNNING, State.PLANNED, State.WON, State.ENDED]
        place = models.Case(*(models.When(state=state, then=number) for number, state in enumerate(order)))
        return self.order_by(place, "-begun_on", "pk")

    def public_of(self, group: Group) -> "SharedCampaignQuerySet":
        """What anyone may read about this group's campaigns: plain copies, the newest first."""
        return SharedCampaign.objects.filter(group=group, audience=SharedCampaign.Audience.PUBLIC).newest_first()


class Campaign(models.Model):
    """Something a group wants from somebody outside. Sealed; what leaves the group is a copy."""

    # The group's own by now: nobody takes its words away.
    words_of_writer: ClassVar[tuple[str, ...]] = ()

    State = State

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="campaigns")
    written_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    begun_on = models.DateField(default=date.today)
    state = models.CharField(_("where it stands"), max_length=8, choices=State, default=State.PLANNED)
    title = SealedTextField(_("name"), max_length=LINE)
    demand = SealedTextField(_("what we demand"), max_length=WORDS)
    target = SealedTextField(_("of whom"), blank=True, default="", max_length=200)
    allies = SealedTextField(_("who stands with us"), blank=True, default="", max_length=WORDS)
    result = SealedTextField(_("what came of it"), blank=True, default="", max_length=WORDS)
    records = models.ManyToManyField(RightsRecord, through="CampaignRecord", related_name="campaigns")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("groups:campaign-detail", args=[self.group.slug, self.pk])

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def shared(self) -> "SharedCampaign | None":
        """What others read of it, when it is shared."""
        return next(iter(self.shares.all()), None)

    def words_to_share(self) -> list[str]:
        """All the words that others would read, to be looked at once more."""
        return [self.title, self.demand, self.target, self.result, *(action.what for action in self.actions.all())]

    def may_be_changed_by(self, member: Membership) -> bool:
        return self.written_by_id == member.pk or member.has_power(Power.COORDINATE)


class CampaignAction(models.Model):
    """One thing a group does for its campaign, on one day."""

    # The group's own, as its campaign.
    words_of_writer: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="actions")
    written_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    on = models.DateField(_("day"))
    what = SealedTextField(_("what we do"), max_length=200)

    class Meta:
        verbose_name = _("campaign action")
        verbose_name_plural = _("campaign actions")
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.on}"

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def is_past(self) -> bool:
        return self.on < date.today()


class CampaignRecord(models.Model):
    """A rights record stands behind a campaign. Only with consent: taken back, the row goes (actions/rights.py)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="links")
    record = models.ForeignKey(RightsRecord, on_delete=models.CASCADE, related_name="links")

    class Meta:
        verbose_name = _("record behind a campaign")
        verbose_name_plural = _("records behind a campaign")
        constraints = [models.UniqueConstraint(fields=["campaign", "record"], name="campaign_record_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.record_id}"


class SharedCampaignQuerySet(models.QuerySet["SharedCampaign"]):
    def running(self) -> Self:
        return self.filter(state=State.RUNNING)

    def newest_first(self) -> Self:
        return self.order_by("-shared_on", "pk")

    def readable_by(self, group: Group) -> Self:
        """What this group may read. The database says what a *person* may, in all of their groups together."""
        in_network = Q(audience=SharedCampaign.Audience.NETWORK, network__in=group.networks_around)
        return self.filter(Q(group=group) | Q(audience=SharedCampaign.Audience.PUBLIC) | in_network)

    def in_network_of(self, group: Group) -> Self:
        """What the other groups of a network tell each other, or everybody."""
        return self.readable_by(group).filter(network__in=group.networks_around).exclude(group=group).newest_first()


class SharedCampaign(models.Model):
    """The copy of a campaign that others read, in plain text: no allies, no records, a protected number at most.

    `records`: how many records stand behind it, rounded down to STEP; None when the group does not say. `network`: that
    of its group, whatever the audience; emptied by the database when the group leaves it.
    """

    class Audience(models.TextChoices):
        NETWORK = "network", _("the groups of our network")
        PUBLIC = "public", _("everyone, on our public page")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="shared_campaigns")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="shares")
    audience = models.CharField(_("who may read it"), max_length=8, choices=Audience)
    network = models.ForeignKey(Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(_("language"), max_length=35)
    group_name = models.CharField(max_length=80)
    shared_on = models.DateField(default=date.today)
    state = models.CharField(_("where it stands"), max_length=8, choices=State)
    title = models.CharField(_("name"), max_length=LINE)
    demand = models.TextField(_("what we demand"), max_length=WORDS)
    target = models.CharField(_("of whom"), max_length=200, blank=True)
    result = models.TextField(_("what came of it"), max_length=WORDS, blank=True)
    # Pairs of day (YYYY-MM-DD) and words.
    actions = models.JSONField(default=list)
    records = models.PositiveIntegerField(null=True, blank=True)

    objects = SharedCampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared campaign")
        verbose_name_plural = _("shared campaigns")
        constraints = [
            models.UniqueConstraint(fields=["group", "campaign"], name="campaign_shared_once"),
            models.CheckConstraint(
                condition=Q(records=None) | Q(records__lt=1_000_000), name="campaign_records_plausible"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def days(self) -> list[tuple[date, str]]:
        """The actions, by day."""
        return [(date.fromisoformat(day), words) for day, words in self.actions]

    @property
    def records_in_words(self) -> str:
        """Never an exact number: "fewer than 5", or "at least 10"."""
        if self.records is None:
            return ""
        if self.records < STEP:
            return str(_("fewer than %(number)d records")) % {"number": STEP}
        return ngettext("at least %(number)d record", "at least %(number)d records", self.records) % {
            "number": self.records
        }


def protected(count: int) -> int:
    """A number of records as it may leave the group: 0 stands for fewer than STEP, else the step below it."""
    return count - count % STEP
