"""Letting people in by link."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from groups import access
from groups.actions.journal import record
from groups.actions.memberships import admit
from groups.models import FoundingLink, Invitation, Membership, Person, Power
from groups.models.invitations import hash_token, new_token
from hrplatform import isolation


class InvitationOver(Exception):
    """Used up, too old, or taken back."""


@transaction.atomic
def invite(
    *,
    by: Membership,
    days: int = 7,
    maximum_uses: int = 1,
) -> tuple[Invitation, str]:
    """Make an invitation. Returns it with its secret, which is shown now and never stored.

    `days`: 1 to 90. `maximum_uses`: 1 to 100 people.
    """
    access.require(by, Power.COORDINATE)
    token = new_token()
    invitation = Invitation.objects.create(
        group=by.group,
        token_hash=hash_token(token),
        made_by=by.person,
        expires_at=timezone.now() + timedelta(days=days),
        maximum_uses=maximum_uses,
    )
    record(by=by, group=by.group, verb="invite", on=invitation)
    return invitation, token


@transaction.atomic
def revoke_invitation(*, by: Membership, invitation: Invitation) -> None:
    """Take a link back, once however often it is pressed."""
    access.require(by, Power.COORDINATE)
    revoke(by=by, invitation=Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk))


def revoke(*, by: Membership | None, invitation: Invitation) -> None:
    if invitation.revoked_at is None:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        record(by=by, group=invitation.group, verb="revoke_invitation", on=invitation)


@transaction.atomic
def accept_invitation(*, by: Person, token: str, standing: str = Membership.Standing.PEER) -> Membership:
    """Join with the secret of a link. Whoever is a member already stays one, and no use is counted.

    Raises InvitationOver.
    """
    with isolation.context(person=by.pk, token=hash_token(token)):
        found = Invitation.objects.filter(token_hash=hash_token(token)).first()
        if found is None:
            raise InvitationOver
    isolation.widen(groups=[found.group_id])
    # Locked, so that the last use of a link goes to one person.
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("group").get(pk=found.pk)
    present = Membership.objects.active().select_related("group").filter(group=invitation.group_id, person=by).first()
    if present is not None:
        return present
    if not invitation.is_usable:
        raise InvitationOver
    Invitation.objects.filter(pk=invitation.pk).update(uses=F("uses") + 1)
    return admit(by=by, group=invitation.group, person=by, standing=standing, verb="accept_invitation")


@transaction.atomic
def make_founding_link() -> str:
    """The one-time link for an instance without people; any earlier one stops working. Returns its secret."""
    FoundingLink.objects.all().delete()
    token = new_token()
    FoundingLink.objects.create(token_hash=hash_token(token), expires_at=timezone.now() + FoundingLink.LIFETIME)
    return token


def use_founding_link(*, token: str) -> None:
    """Use the link up. Raises InvitationOver when it is not good any more."""
    deleted, _ = FoundingLink.objects.filter(token_hash=hash_token(token), expires_at__gt=timezone.now()).delete()
    if not deleted:
        raise InvitationOver
