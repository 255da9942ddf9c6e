"""Powers, the roles that carry them, and who holds a role from when until when."""

import uuid
from datetime import date
from typing import Self

from dateutil.relativedelta import relativedelta
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group


class Power(models.TextChoices):
    COORDINATE = "coordinate", _("coordinate")
    LOG_OUTREACH = "log_outreach", _("log outreach")
    KEEP_STOCK = "keep_stock", _("keep stock")
    TREASURER = "treasurer", _("treasurer")
    REVIEW_GUIDES = "review_guides", _("review guides")
    SEE_REPORTS = "see_reports", _("see reports")


class RoleQuerySet(models.QuerySet["Role"]):
    def in_use(self) -> Self:
        return self.filter(given_up_on=None)

    def carrying(self, power: Power) -> Self:
        return self.filter(powers__contains=[power])


class Role(models.Model):
    """A named set of powers in one group, and how one comes to hold it."""

    LONGEST_TERM = 60

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(_("name"), max_length=60)
    powers = ArrayField(models.CharField(max_length=20, choices=Power), verbose_name=_("powers"))
    # How long a term lasts that begins by election, trust or taking on.
    term_months = models.PositiveSmallIntegerField(
        _("months a term lasts"), default=12, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_TERM)]
    )
    # How many members it takes to trust somebody with this role; none: it is not given this way.
    trusted_by = models.PositiveSmallIntegerField(
        _("how many members have to trust someone with it"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    given_up_on = models.DateField(null=True, blank=True, editable=False)

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name"], condition=Q(given_up_on=None), name="role_name_once_per_group"
            ),
            models.CheckConstraint(
                condition=Q(term_months__gte=1) & Q(term_months__lte=60), name="role_term_of_a_length_that_can_be"
            ),
            models.CheckConstraint(condition=Q(trusted_by=None) | Q(trusted_by__gte=1), name="role_trusted_by_someone"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def power_names(self) -> list[str]:
        return [str(Power(power).label) for power in self.powers]

    @property
    def is_in_use(self) -> bool:
        return self.given_up_on is None

    def term_from(self, day: date) -> date:
        """The day on which a term that begins on `day` ends."""
        return day + relativedelta(months=self.term_months)

    def trust_needed(self, others: int) -> int:
        """How many of this many other members have to trust someone: never more than half of them, rounded up."""
        return max(1, min(self.trusted_by or others, (others + 1) // 2))


class RoleTermQuerySet(models.QuerySet["RoleTerm"]):
    def current(self) -> Self:
        today = timezone.now().date()
        return self.filter(starts_on__lte=today).filter(Q(ends_on=None) | Q(ends_on__gt=today))

    def carrying(self, power: Power) -> Self:
        return self.filter(role__powers__contains=[power])


class RoleTerm(models.Model):
    """One member holding one role, from a day until a day. A term that is over hands the power back by itself."""

    class ChosenBy(models.TextChoices):
        FOUNDING = "founding", _("founded the group")
        ELECTION = "election", _("elected")
        TRUST = "trust", _("trusted by members")
        AGREEMENT = "agreement", _("agreed")
        TAKEN_ON = "taken_on", _("taken on, when nobody coordinated")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="terms")
    membership = models.ForeignKey("groups.Membership", on_delete=models.CASCADE, related_name="role_terms")
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

    @property
    def is_current(self) -> bool:
        today = timezone.now().date()
        return self.starts_on <= today and (self.ends_on is None or self.ends_on > today)

    @property
    def was_voted(self) -> bool:
        """Given by many, so not for one coordinator to take away."""
        return self.chosen_by in (self.ChosenBy.ELECTION, self.ChosenBy.TRUST)
