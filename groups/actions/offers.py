"""Offering to hold a role, trusting someone with it, and taking a group on that nobody coordinates."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from groups.actions.journal import record
from groups.actions.roles import begin_term, lock_coordination, needs_takeover, role_with
from groups.models import Backing, Group, Membership, Offer, Power, Role, RoleTerm

# Long enough to hold an election, short enough that nobody stays by having been quick.
TAKEN_ON_FOR = timedelta(days=90)


@transaction.atomic
def offer_to_hold(*, by: Membership, role: Role) -> Offer:
    """Offer to hold a role that the group gives by trust. Raises PermissionDenied for one that it does not."""
    if role.trusted_by is None or not role.is_in_use:
        raise PermissionDenied(role)
    lock_coordination(by.group)
    return _offer(by, role, is_takeover=False)


@transaction.atomic
def take_on(*, by: Membership) -> Offer | None:
    """Offer to coordinate a group that nobody coordinates. None when somebody does by now.

    Alone, or with half of the group, this is enough at once.
    """
    lock_coordination(by.group)
    if not needs_takeover(group=by.group):
        return None
    role = by.group.roles.in_use().carrying(Power.COORDINATE).order_by("name").first()
    offer = _offer(by, role or role_with(by.group, set(Power)), is_takeover=True)
    _back(by, offer)
    offer.refresh_from_db(fields=["state"])
    return offer


def _offer(by: Membership, role: Role, *, is_takeover: bool) -> Offer:
    offer, is_new = Offer.objects.get_or_create(
        group=by.group, role=role, membership=by, state=Offer.State.OPEN, defaults={"is_takeover": is_takeover}
    )
    if offer.is_takeover != is_takeover:
        offer.is_takeover = is_takeover
        offer.save(update_fields=["is_takeover"])
    if is_new:
        record(by=by, group=by.group, verb="offer_to_hold", on=offer)
    return offer


@transaction.atomic
def back_offer(*, by: Membership, offer: Offer) -> Offer:
    """Trust someone with the role they offered to hold, once; with enough others their term begins."""
    lock_coordination(by.group)
    locked = Offer.objects.select_for_update(of=("self",)).get(pk=offer.pk)
    if locked.is_open and (needs_takeover(group=by.group) if locked.is_takeover else locked.membership_id != by.pk):
        _back(by, locked)
        locked.refresh_from_db(fields=["state"])
    return locked


@transaction.atomic
def withdraw_offer(*, by: Membership, offer: Offer) -> None:
    """Take one's own offer back. Raises PermissionDenied for another's."""
    if offer.membership_id != by.pk:
        raise PermissionDenied(offer)
    lock_coordination(by.group)
    if Offer.objects.open().filter(pk=offer.pk).update(state=Offer.State.WITHDRAWN):
        record(by=by, group=by.group, verb="withdraw_offer", on=offer)


def _back(by: Membership, offer: Offer) -> None:
    _, is_new = Backing.objects.get_or_create(group=by.group, membership=by, offer=offer)
    if is_new:
        record(by=by, group=by.group, verb="back_offer", on=offer)
    _begin_if_enough(by, offer)


def _begin_if_enough(by: Membership | None, offer: Offer) -> None:
    offer = Offer.objects.with_backings().get(pk=offer.pk)
    if not offer.has_enough(Membership.objects.ids_here(offer.group)):
        return
    offer.state = Offer.State.BEGUN
    offer.save(update_fields=["state"])
    today = timezone.now().date()
    begin_term(
        by=by,
        role=offer.role,
        holder=offer.membership,
        chosen_by=RoleTerm.ChosenBy.TAKEN_ON if offer.is_takeover else RoleTerm.ChosenBy.TRUST,
        until=today + TAKEN_ON_FOR if offer.is_takeover else offer.role.term_from(today),
    )
    if Power.COORDINATE in offer.role.powers:
        # Whoever else offered to take the group on is not needed for that now.
        offer.group.offers.open().filter(is_takeover=True).update(state=Offer.State.LAPSED)


def settle_offers(*, group: Group) -> None:
    """Begin the terms that have enough members behind them by now, and let go of offers that are too old."""
    stale = timezone.now().date() - Offer.STANDS_FOR
    group.offers.open().filter(offered_on__lt=stale).update(state=Offer.State.LAPSED)
    group.offers.open().exclude(membership__left_on=None).update(state=Offer.State.WITHDRAWN)
    for offer in group.offers.open().select_for_update(of=("self",)).order_by("offered_on", "pk"):
        offer.refresh_from_db(fields=["state"])  # One that began may have made another needless.
        if offer.is_open and (not offer.is_takeover or needs_takeover(group=group)):
            _begin_if_enough(None, offer)
