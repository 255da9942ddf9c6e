"""Groups: circles, organizations and networks. Who belongs, and with which powers."""

import secrets
import uuid
import zoneinfo
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.people import Person, validate_time_zone
from hrplatform.sealing import SealedTextField, SealingOwner

# No vowels (no words by accident) and nothing that is read as something else.
_SLUG_LETTERS = "bcdfghjkmnpqrstvwxz23456789"


def neutral_slug() -> str:
    """Ten random letters: an address in somebody's history must not say which group it is. 47 bits."""
    return "".join(secrets.choice(_SLUG_LETTERS) for _ in range(10))


class Power(models.TextChoices):
    COORDINATE = "coordinate", _("coordinate")
    LOG_OUTREACH = "log_outreach", _("log outreach")
    KEEP_STOCK = "keep_stock", _("keep stock")
    TREASURER = "treasurer", _("treasurer")
    REVIEW_GUIDES = "review_guides", _("review guides")
    SEE_REPORTS = "see_reports", _("see reports")


class GroupQuerySet(models.QuerySet["Group"]):
    def public(self) -> Self:
        return self.filter(visibility=Group.Visibility.PUBLIC)

    def of(self, person: Person) -> Self:
        return self.filter(memberships__person=person, memberships__left_on=None)


class Group(SealingOwner):
    """A circle, an organization or a network. Holds the keys that seal its members' words."""

    class Kind(models.TextChoices):
        CIRCLE = "circle", _("Circle")
        ORGANIZATION = "organization", _("Organization")
        NETWORK = "network", _("Network")

    class Origin(models.TextChoices):
        SELF_ORGANIZED = "self_organized", _("by people who use drugs")
        OUTSIDE_ORGANIZED = "outside_organized", _("from outside, by a service or an NGO")
        TOGETHER = "together", _("together")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public: anyone can read our page")
        LISTED = "listed", _("listed: other groups here see our name")
        UNLISTED = "unlisted", _("unlisted: only members know")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=10, unique=True, default=neutral_slug, editable=False)
    kind = models.CharField(_("form"), max_length=12, choices=Kind)
    name = models.CharField(_("name"), max_length=80)
    origin = models.CharField(_("started"), max_length=20, choices=Origin, default=Origin.SELF_ORGANIZED)
    visibility = models.CharField(_("who can see it"), max_length=10, choices=Visibility, default=Visibility.UNLISTED)
    # A town or a part of one, never an address.
    area = models.CharField(_("area"), max_length=80, blank=True)
    about = models.CharField(_("who we are"), max_length=600, blank=True)
    how_to_reach = models.CharField(_("how to reach us"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=35, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    network = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="affiliates")
    founded_on = models.DateField(auto_now_add=True)
    # Number and hash of the newest journal entry. Sealed: whoever has the database but not the master key can neither
    # chain a rewritten journal again nor cut off its end without this telling (groups/actions/journal.py).
    journal_head = SealedTextField(blank=True, default="")

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            # A circle is not found unless its members tell someone.
            models.CheckConstraint(
                condition=~Q(kind="circle") | Q(visibility="unlisted"), name="group_circles_are_unlisted"
            ),
            models.CheckConstraint(condition=~Q(network=models.F("id")), name="group_not_its_own_network"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("groups:group-detail", args=[self.slug])

    @property
    def sealing_owner(self) -> SealingOwner:
        return self

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def time_zone_label(self) -> str:
        return self.time_zone.replace("_", " ")

    @property
    def is_circle(self) -> bool:
        return self.kind == self.Kind.CIRCLE


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(left_on=None)

    def with_roles(self) -> Self:
        return self.select_related("person", "group").prefetch_related(
            models.Prefetch("role_terms", RoleTerm.objects.current().select_related("role"), to_attr="current_terms")
        )

    def who_want_reminders(self) -> Self:
        return self.active().exclude(reminder_lead=Membership.ReminderLead.NONE)


class Membership(models.Model):
    """A person in a group. Nothing is shared between groups: one membership does not show another."""

    class Standing(models.TextChoices):
        PEER = "peer", _("peer")
        ALLY = "ally", _("ally")

    class ReminderLead(models.IntegerChoices):
        """How long before a meeting, in minutes."""

        NONE = 0, _("no reminder")
        AN_HOUR = 60, _("one hour before")
        THREE_HOURS = 180, _("three hours before")
        A_DAY = 1440, _("one day before")
        TWO_DAYS = 2880, _("two days before")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    standing = models.CharField(_("standing"), max_length=4, choices=Standing, default=Standing.PEER)
    reminder_lead = models.PositiveIntegerField(_("reminder"), choices=ReminderLead, default=ReminderLead.A_DAY)
    private_note = SealedTextField(_("note to yourself"), blank=True, default="", max_length=2000)
    joined_on = models.DateField(default=date.today)
    left_on = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()
    current_terms: "list[RoleTerm]"

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"], condition=Q(left_on=None), name="membership_once_at_a_time"
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

    def has_power(self, power: Power) -> bool:
        return power in self.powers

    @property
    def can_keep_supplies(self) -> bool:
        """Says what the group hands out and where: who keeps its stock, or coordinates."""
        return not self.powers.isdisjoint({Power.KEEP_STOCK, Power.COORDINATE})


class Role(models.Model):
    """A named set of powers in one group."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(_("name"), max_length=60)
    powers = ArrayField(models.CharField(max_length=20, choices=Power), verbose_name=_("powers"))

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [models.UniqueConstraint(fields=["group", "name"], name="role_name_once_per_group")]

    def __str__(self) -> str:
        return self.name


class RoleTermQuerySet(models.QuerySet["RoleTerm"]):
    def current(self) -> Self:
        today = timezone.now().date()
        return self.filter(starts_on__lte=today).filter(Q(ends_on=None) | Q(ends_on__gt=today))


class RoleTerm(models.Model):
    """One member holding one role, from a day until a day. A term that is over hands the power back by itself."""

    class ChosenBy(models.TextChoices):
        FOUNDING = "founding", _("founded the group")
        ELECTION = "election", _("elected")
        TRUST = "trust", _("trusted by members")
        AGREEMENT = "agreement", _("agreed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="terms")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="role_terms")
    starts_on = models.DateField(_("from"), default=date.today)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    chosen_by = models.CharField(_("how chosen"), max_length=12, choices=ChosenBy)

    objects = RoleTermQuerySet.as_manager()

    class Meta:
        verbose_name = _("role term")
        verbose_name_plural = _("role terms")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="role_term_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                fields=["role", "membership"], condition=Q(ends_on=None), name="role_term_one_open_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} / {self.membership}"
