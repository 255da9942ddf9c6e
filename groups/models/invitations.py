"""Links that let someone in. Only a hash of the secret is stored: the table alone opens no door."""

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.people import Person

# 130 bits: not guessable, so a plain hash is enough and the lookup can be exact.
_TOKEN_BYTES = 17


def new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), uses__lt=F("maximum_uses"))


class Invitation(models.Model):
    """An invitation to a group, shown once as a link and a QR code to whoever made it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField(_("works until"))
    maximum_uses = models.PositiveSmallIntegerField(_("for how many people"))
    uses = models.PositiveSmallIntegerField(_("used"), default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-expires_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(uses__lte=F("maximum_uses")), name="invitation_not_overused")
        ]

    def __str__(self) -> str:
        return f"{self.group} ({self.uses}/{self.maximum_uses})"

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now() and self.uses < self.maximum_uses

    @property
    def uses_left(self) -> int:
        return self.maximum_uses - self.uses


class FoundingLink(models.Model):
    """The one-time link with which the first coordinator of an empty instance makes an account."""

    LIFETIME = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("founding link")
        verbose_name_plural = _("founding links")

    def __str__(self) -> str:
        return str(self.expires_at)
