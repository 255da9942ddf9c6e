"""The private address under which a calendar elsewhere finds a person's meetings."""

from django.db import transaction

from groups.models import CalendarFeed, Person
from groups.models.invitations import hash_token, new_token


@transaction.atomic
def make_calendar(*, by: Person, detail: str) -> str:
    """Make a new address; the one before stops working. Returns its secret, which is shown now and never stored."""
    token = new_token()
    CalendarFeed.objects.filter(person=by).delete()
    CalendarFeed.objects.create(person=by, token_hash=hash_token(token), detail=detail)
    return token


@transaction.atomic
def end_calendar(*, by: Person) -> None:
    """The address stops working at once."""
    CalendarFeed.objects.filter(person=by).delete()
