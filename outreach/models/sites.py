"""Where outreach happens, as coarsely as the group wants to say it."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from groups.models import Group


class SiteQuerySet(models.QuerySet["Site"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class Site(models.Model):
    """A place of outreach: a name the workers use among themselves and a part of town. Never an address."""

    class Kind(models.TextChoices):
        FIXED = "fixed", _("fixed place")
        MOBILE = "mobile", _("on the move")
        HOME = "home", _("someone's home")
        MACHINE = "machine", _("machine")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind of place"), max_length=8, choices=Kind)
    area = models.CharField(_("part of town"), max_length=80, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["group", "name"], name="site_name_once_per_group")]

    def __str__(self) -> str:
        return self.name
