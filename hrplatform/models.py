"""What the operator sets while the instance runs."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class InstanceSettings(models.Model):
    """One row. A neutral name and a harmless exit page protect whoever is seen with this open."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(
        _("name of this site"),
        max_length=40,
        default="Lamplight",
        help_text=_("Shown in titles. Choose a neutral one."),
    )
    exit_url = models.URLField(_("exit page"), blank=True, help_text=_("Where the exit link leads."))

    # Set by seeding. Public pages then say that names, counts and dates of review are invented.
    is_demonstration = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("instance settings")
        verbose_name_plural = _("instance settings")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="instance_settings_one_row")]

    def __str__(self) -> str:
        return self.name

    @property
    def exit_page(self) -> str:
        return self.exit_url or settings.EXIT_URL
