"""A person: an account and nothing that says who they are."""

import uuid
import zoneinfo
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from hrplatform.sealing import SealedTextField, SealingOwner

HANDLE_VALIDATORS = [
    RegexValidator(
        r"^[\w][\w.-]{2,31}\Z",
        _("Use 3 to 32 letters, digits, dots, dashes or underscores."),
    )
]


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("This is not a time zone we know."), code="time_zone")


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(handle__iexact=username)

    def create_user(self, handle: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(handle=handle.lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser, SealingOwner):
    """An account. There is no field for a real name, and no address is needed to sign in.

    `joined_on` is a date, not a moment: it is for retention, not for following anyone.
    """

    # Stands for everyone who erased their account. No handle that can be chosen looks like this.
    NOBODY = "(someone who left)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handle = models.CharField(_("handle"), max_length=32, validators=HANDLE_VALIDATORS)
    email = SealedTextField(_("e-mail"), blank=True, default="", max_length=254)
    language = models.CharField(_("language"), max_length=35, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    # Wall-clock time in the person's zone, both or neither. They may lie on both sides of midnight.
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    joined_on = models.DateField(_("joined on"), auto_now_add=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_operator = models.BooleanField(_("operator"), default=False)
    # Kept as a date: enough to let unused accounts go, too little to say when someone was awake.
    last_login = models.DateTimeField(_("last sign-in"), null=True, blank=True)

    USERNAME_FIELD = "handle"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("handle"), name="person_handle_unique"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until")),
                name="person_quiet_hours_are_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.handle

    @property
    def sealing_owner(self) -> SealingOwner:
        return self

    @property
    def is_staff(self) -> bool:
        """What Django's admin asks: the operator, nobody else."""
        return self.is_operator

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_operator

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_operator

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def quiet_hours_at(self, moment: datetime) -> tuple[datetime, datetime] | None:
        """From when until when this person is not to be disturbed, when `moment` falls into it."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        today = moment.astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today):
            last = day if self.quiet_from < self.quiet_until else day + timedelta(days=1)
            begin = datetime.combine(day, self.quiet_from, self.zone).astimezone(UTC)
            end = datetime.combine(last, self.quiet_until, self.zone).astimezone(UTC)
            if begin <= moment < end:
                return begin, end
        return None
