"""What people change about themselves."""

from django.db import transaction

from groups.actions.reminders import replan_reminders_of
from groups.models import Membership, Person


@transaction.atomic
def change_profile(*, by: Person, language: str, time_zone: str, email: str) -> None:
    """Language, time zone, and an address for reminders if the person wants one. None of it is shown to anyone."""
    had_email = bool(by.email)
    by.language, by.time_zone, by.email = language, time_zone, email
    by.save(update_fields=["language", "time_zone", "email"])
    if had_email != bool(email):
        for membership in Membership.objects.active().filter(person=by).select_related("group", "person"):
            replan_reminders_of(membership)


@transaction.atomic
def take_up_account(*, by: Person, passphrase: str) -> None:
    """Whoever comes back with their group chooses a passphrase for the account that waited for them."""
    by.set_password(passphrase)
    by.save(update_fields=["password"])
