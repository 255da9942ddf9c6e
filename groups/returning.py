"""Links with which somebody whose group was brought here takes up the account that waits for them.

Signed, not stored: a link works for 30 days and until its person has chosen a passphrase.
"""

from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from groups.models import Person


class _Links(PasswordResetTokenGenerator):
    key_salt = "groups.returning"


_links = _Links()


def link_for(person: Person) -> str:
    return reverse("groups:come-back", args=[person.pk, _links.make_token(person)])


def whose(pk: UUID, token: str) -> Person | None:
    """Whom this link is for; None when it does not work, or not any more."""
    person = Person.objects.filter(pk=pk, is_active=True).first()
    is_good = person is not None and not person.has_usable_password() and _links.check_token(person, token)
    return person if is_good else None
