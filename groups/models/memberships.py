"""Who belongs to a group, and what they may do in it."""

import uuid
from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.people import Person
from groups.models.reminders import Reminder
from groups.models.roles import Power, RoleTerm
from hrplatform.sealing import SealedTextField, SealingOwner


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(left_on=None)

    def with_roles(self) -> Self:
        return self.select_related("person", "group").prefetch_related(
            models.Prefetch("role_terms", RoleTerm.objects.current().select_related("role"), to_attr="current_terms")
        )

    def lately_here(self) -> Self:
        """Members who joined or signed in within the last 90 days: those a group can count on to decide something."""
        since = timezone.now() - Membership.COUNTS_AS_HERE
        return self.active().filter(Q(joined_on__gte=since.date()) | Q(person__last_login__gte=since))

    def ids_here(self, group: Group) -> frozenset[uuid.UUID]:
        return frozenset(self.lately_here().filter(group=group).values_list("pk", flat=True))

    def coordinators(self, group: Group) -> Self:
        """Who can act for the group now: in a circle everybody."""
        members = self.active().filter(group=group)
        if group.is_circle:
            return members
        return members.filter(role_terms__in=RoleTerm.objects.current().carrying(Power.COORDINATE)).distinct()

    def voters(self, group: Group) -> Self:
        """Who holds a vote in this group now: peers, and allies where the members agreed to it."""
        members = self.active().filter(group=group)
        return members if group.allies_vote else members.filter(standing=Membership.Standing.PEER)

    def who_want_reminders(self) -> Self:
        """Of meetings, and somewhere."""
        return self.active().exclude(reminder_leads=[]).exclude(reminder_channels=[])


def a_day_before() -> list[int]:
    return [Membership.ReminderLead.A_DAY.value]


def inbox_and_letter() -> list[str]:
    """A letter goes only to who gave an address; a phone or computer is added when somebody allows it there."""
    return [Reminder.Channel.IN_APP.value, Reminder.Channel.EMAIL.value]


class Membership(models.Model):
    """A person in a group. Nothing is shared between groups: one membership does not show another."""

    COUNTS_AS_HERE = timedelta(days=90)

    class Standing(models.TextChoices):
        PEER = "peer", _("peer")
        ALLY = "ally", _("ally")

    class ReminderLead(models.IntegerChoices):
        """How long before a meeting, in minutes."""

        AN_HOUR = 60, _("one hour before")
        THREE_HOURS = 180, _("three hours before")
        A_DAY = 1440, _("one day before")
        TWO_DAYS = 2880, _("two days before")
        A_WEEK = 10080, _("one week before")

    class ReminderWords(models.TextChoices):
        NEUTRAL = "neutral", _("neutral")
        NAMED = "named", _("with names")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    standing = models.CharField(_("standing"), max_length=4, choices=Standing, default=Standing.PEER)
    reminder_leads = ArrayField(
        models.PositiveIntegerField(choices=ReminderLead),
        verbose_name=_("how long before"),
        default=a_day_before,
        blank=True,
    )
    reminder_channels = ArrayField(
        models.CharField(max_length=8, choices=Reminder.Channel),
        verbose_name=_("where"),
        default=inbox_and_letter,
        blank=True,
    )
    reminder_words = models.CharField(
        _("how much it says"), max_length=8, choices=ReminderWords, default=ReminderWords.NEUTRAL
    )
    private_note = SealedTextField(_("note to yourself"), blank=True, default="", max_length=2000)
    joined_on = models.DateField(default=date.today)
    left_on = models.DateField(null=True, blank=True)
    # By a decision of the members: whoever was removed comes back only when let in, never by an open door.
    was_removed = models.BooleanField(default=False, editable=False)

    objects = MembershipQuerySet.as_manager()
    current_terms: "list[RoleTerm]"

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"], condition=Q(left_on=None), name="membership_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(reminder_leads__contained_by=[60, 180, 1440, 2880, 10080]), name="membership_known_leads"
            ),
            models.CheckConstraint(
                condition=Q(reminder_channels__contained_by=["in_app", "email", "push"]),
                name="membership_known_channels",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} / {self.group}"

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def powers(self) -> frozenset[Power]:
        """What this member may do now. In a circle every member has every power."""
        if self.left_on is not None:
            return frozenset()
        if self.group.is_circle:
            return frozenset(Power)
        terms = (
            self.current_terms if hasattr(self, "current_terms") else self.role_terms.current().select_related("role")
        )
        return frozenset(Power(power) for term in terms for power in term.role.powers)

    @property
    def reminder_lead_names(self) -> list[str]:
        return [str(self.ReminderLead(lead).label) for lead in sorted(self.reminder_leads, reverse=True)]

    def has_power(self, power: Power) -> bool:
        return power in self.powers

    @property
    def may_vote(self) -> bool:
        """The same as `objects.voters(group)`, asked of one member."""
        return self.left_on is None and (self.standing == self.Standing.PEER or self.group.allies_vote)

    @property
    def can_keep_supplies(self) -> bool:
        """Says what the group hands out and where: who keeps its stock, or coordinates."""
        return not self.powers.isdisjoint({Power.KEEP_STOCK, Power.COORDINATE})

    @property
    def may_draft_guides(self) -> bool:
        return not self.powers.isdisjoint({Power.REVIEW_GUIDES, Power.COORDINATE})

    @property
    def can_see_ledger(self) -> bool:
        """Sees whom the group's money went to: who keeps it, or coordinates. Balances are for all members."""
        return not self.powers.isdisjoint({Power.TREASURER, Power.COORDINATE})
