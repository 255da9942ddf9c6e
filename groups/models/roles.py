"""Powers, the roles that carry them, and who holds a role from when until when."""

import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
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
