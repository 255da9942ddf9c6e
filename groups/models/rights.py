"""Rights records: what was done to people, by whom, what was done about it. Words are sealed; nobody is named."""

import uuid
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from groups.models.groups import Group
from groups.models.memberships import Membership
from groups.models.roles import Power
from hrplatform.sealing import SealedTextField, SealingOwner


class RightsRecordQuerySet(models.QuerySet["RightsRecord"]):
    def readable_by(self, member: Membership) -> Self:
        """Whoever coordinates reads all of the group's; everyone reads what they recorded themselves."""
        found = self.filter(group=member.group)
        return found if member.has_power(Power.COORDINATE) else found.filter(written_by=member)

    def newest_first(self) -> Self:
        return self.order_by("-month", "-recorded_on", "pk")

    def counted(self) -> Self:
        """Those that may be counted where others read it."""
        return self.filter(consent_statistics=True)

    def linkable(self) -> Self:
        """Those that may stand behind a campaign."""
        return self.filter(Q(consent_statistics=True) | Q(consent_publication=True))


class RightsRecord(models.Model):
    """One thing that was done. It happened to somebody, and the record says only to which kind of people."""

    # The count of it stays; the words go with who wrote them, if they wish.
    words_of_writer: ClassVar[tuple[str, ...]] = ("day", "place", "what", "response", "outcome")

    class Whom(models.TextChoices):
        PEOPLE_WHO_USE = "people_who_use", _("people who use drugs")
        PEER_WORKERS = "peer_workers", _("peer workers")
        WOMEN = "women", _("women who use drugs")
        YOUNG = "young", _("young people who use drugs")
        SEX_WORKERS = "sex_workers", _("sex workers")
        MIGRANTS = "migrants", _("migrants")
        WITHOUT_HOME = "without_home", _("people without a home")
        IN_PRISON = "in_prison", _("people in prison")
        OTHERS = "others", _("others")

    class Actor(models.TextChoices):
        POLICE = "police", _("police")
        HEALTH = "health", _("a health service")
        STATE = "state", _("another part of the state")
        PRIVATE = "private", _("a private person or firm")

    class Violation(models.TextChoices):
        DENIAL_OF_CARE = "denial_of_care", _("denial of care")
        VIOLENCE = "violence", _("violence")
        ARREST = "arrest", _("arrest or search")
        EXTORTION = "extortion", _("extortion")
        STIGMA = "stigma", _("stigma or insult")
        CONFIDENTIALITY = "confidentiality", _("told others what was private")
        OTHER = "other", _("something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="rights_records")
    written_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recorded_on = models.DateField(default=date.today)
    # In the open only the month. The day, where somebody wants to keep it, is sealed like the words.
    month = models.DateField(_("month"))
    day = SealedTextField(_("day"), blank=True, default="", max_length=2)
    place = SealedTextField(_("about where"), blank=True, default="", max_length=120)
    whom = models.CharField(_("whom it happened to"), max_length=14, choices=Whom)
    actor = models.CharField(_("who did it"), max_length=7, choices=Actor)
    violation = models.CharField(_("what it was"), max_length=15, choices=Violation)
    what = SealedTextField(_("what happened"), blank=True, default="", max_length=3000)
    response = SealedTextField(_("what was done about it first"), blank=True, default="", max_length=3000)
    outcome = SealedTextField(_("what came of it"), blank=True, default="", max_length=3000)
    # Three separate questions, each answered no until somebody said yes.
    consent_help = models.BooleanField(_("help"), default=False)
    consent_statistics = models.BooleanField(_("counts"), default=False)
    consent_publication = models.BooleanField(_("publication"), default=False)

    objects = RightsRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("rights record")
        verbose_name_plural = _("rights records")
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="rights_record_month_only")]
        indexes = [models.Index(fields=["group", "-month"], name="rights_record_by_month")]

    def __str__(self) -> str:
        return f"{self.get_violation_display()} {self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return reverse("groups:rights-detail", args=[self.group.slug, self.pk])

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def month_in_words(self) -> str:
        return date_format(self.month, pgettext("Django date format: month and year", "F Y"))

    @property
    def when_in_words(self) -> str:
        """The day, where it was kept; else the month."""
        return date_format(self.month.replace(day=int(self.day)), "DATE_FORMAT") if self.day else self.month_in_words

    @property
    def has_outcome(self) -> bool:
        """Asked without opening the seal: a list needs no more."""
        return bool(self.__dict__.get("outcome"))

    @property
    def has_response(self) -> bool:
        return bool(self.__dict__.get("response"))

    @property
    def is_linkable(self) -> bool:
        return self.consent_statistics or self.consent_publication

    def may_be_read_by(self, member: Membership) -> bool:
        return self.written_by_id == member.pk or member.has_power(Power.COORDINATE)
