"""Making and taking back personal tokens. They are a person's own: no group's journal says that somebody has one."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from groups.models import ApiToken, Membership, Person, Scope
from groups.models.invitations import hash_token
from groups.models.tokens import new_secret
from hrplatform import isolation

MOST_TOKENS = 20


class TooManyTokens(Exception):
    """A person has as many tokens as they may: one must be taken back first."""


@transaction.atomic
def make_token(
    *, by: Person, name: str, scopes: Iterable[str], days: int, membership: Membership | None = None
) -> tuple[ApiToken, str]:
    """Make a token. Returns it with its secret, which is shown now and never stored. Raises TooManyTokens.

    `membership`: only for this group; without it, for all of the person's groups. `days`: 1 to 366.
    """
    # Locked, so that two requests at once do not both take the last place.
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)
    ApiToken.objects.filter(person=by, expires_on__lte=date.today()).delete()
    if ApiToken.objects.filter(person=by).count() >= MOST_TOKENS:
        raise TooManyTokens
    secret = new_secret()
    token = ApiToken(
        person=by,
        membership=membership,
        name=name,
        token_hash=hash_token(secret),
        scopes=[str(Scope(scope)) for scope in scopes],
        expires_on=date.today() + timedelta(days=days),
    )
    token.save(force_insert=True)
    return token, secret


@transaction.atomic
def revoke_token(*, by: Person, token: ApiToken) -> None:
    """It opens nothing from now on, and nothing of it is kept."""
    ApiToken.objects.filter(pk=token.pk, person=by).delete()


def bearer(*, secret: str) -> ApiToken | None:
    """The token with this secret, when it still works. The day of its use is noted, once a day."""
    with isolation.context(token=hash_token(secret)):
        token = ApiToken.objects.usable().of_secret(secret).select_related("person").first()
    if token is not None and token.last_used_on != date.today():
        with isolation.context(person=token.person_id):
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=date.today())
    return token
