"""Personal tokens: with one, a program of a person's own does what that person may do, within what they allowed it."""

import secrets
import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from groups.models.invitations import hash_token
from groups.models.memberships import Membership, MembershipQuerySet
from groups.models.people import Person
from hrplatform.sealing import SealedTextField, SealingOwner


class Scope(models.TextChoices):
    """What a token may be used for. It never opens more than its person may do anyway."""

    GROUPS_READ = "groups:read", _("read groups, members, roles and practices")
    GROUPS_WRITE = "groups:write", _("change groups, invitations and practices")
    MEETINGS_READ = "meetings:read", _("read meetings, agendas and minutes")
    MEETINGS_WRITE = "meetings:write", _("change meetings, agendas and minutes")
    DECISIONS_READ = "decisions:read", _("read proposals and agreements")
    DECISIONS_WRITE = "decisions:write", _("propose, comment and vote")
    RIGHTS_READ = "rights:read", _("read rights records and campaigns")
    RIGHTS_WRITE = "rights:write", _("write rights records and campaigns")
    PAYMENTS_READ = "payments:read", _("read payments")
    PAYMENTS_WRITE = "payments:write", _("write payments")
    JOURNAL_READ = "journal:read", _("read who did what")
    INBOX_READ = "inbox:read", _("read my inbox")


def new_secret() -> str:
    """256 bits: not guessable, so a plain hash is enough and the lookup can be exact."""
    return secrets.token_urlsafe(32)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> Self:
        return self.filter(expires_on__gt=date.today(), person__is_active=True)

    def of_secret(self, secret: str) -> Self:
        return self.filter(token_hash=hash_token(secret))


class ApiToken(models.Model):
    """A token, shown once and stored as a hash. The day of its last use is kept, never the moment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    # Only for this group; without it, for every group the person is in. The database itself lets a token go with the
    # membership: whoever removes that row may not be one who sees the token.
    membership = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = SealedTextField(_("what it is for"), max_length=60)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("it may"))
    made_on = models.DateField(default=date.today)
    expires_on = models.DateField(_("works until"))
    last_used_on = models.DateField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-made_on", "pk"]

    def __str__(self) -> str:
        return f"{self.person} ({', '.join(self.scopes)})"

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.person

    @property
    def is_over(self) -> bool:
        return self.expires_on <= date.today()

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]

    def allows(self, scope: str) -> bool:
        return scope in self.scopes

    def within(self, memberships: MembershipQuerySet) -> MembershipQuerySet:
        """Of these memberships, those that the token may be used in."""
        return memberships.filter(pk=self.membership_id) if self.membership_id else memberships
