"""Who leads, over time: counts of peers and allies for each quarter that is over, and nothing about anyone."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group


class LeadershipQuerySet(models.QuerySet["LeadershipCount"]):
    def of(self, group: Group) -> Self:
        return self.filter(group=group).order_by("quarter")


class LeadershipCount(models.Model):
    """What was counted once, when a quarter was over. People leave, and what they are called may change; this stays.

    Stored instead of each person's standing over time, because counts lead to nobody (docs/decisions/leadership.md).
    """

    FEWEST = 5
    STEP = 10

    class What(models.TextChoices):
        ROLES = "roles", _("Held a role")
        VOTES = "votes", _("Took part in decisions")
        PRESENT = "present", _("Were at meetings")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="leadership")
    quarter = models.DateField(help_text="Its first day.")
    what = models.CharField(max_length=8, choices=What)
    peers = models.PositiveIntegerField()
    allies = models.PositiveIntegerField()

    objects = LeadershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of who leads")
        verbose_name_plural = _("counts of who leads")
        constraints = [
            models.UniqueConstraint(fields=["group", "quarter", "what"], name="leadership_counted_once"),
            models.CheckConstraint(
                condition=models.Q(quarter__day=1, quarter__month__in=(1, 4, 7, 10)), name="leadership_by_quarter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quarter} {self.what}"

    @property
    def share(self) -> int | None:
        """Peers in percent, in steps of ten; None where fewer than five were counted."""
        total = self.peers + self.allies
        if total < self.FEWEST:
            return None
        return (2 * self.peers * 100 + total * self.STEP) // (2 * total * self.STEP) * self.STEP


def quarter_of(day: date) -> date:
    """The first day of the quarter in which this day lies."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def next_quarter(first: date) -> date:
    return date(first.year + first.month // 10, (first.month + 3 - 1) % 12 + 1, 1)
