"""Networks: founding one, asking to be part of one, answering, leaving."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from groups import access
from groups.actions.forms import Decision, NotPossible, require_decision
from groups.actions.groups import found_group
from groups.actions.journal import record
from groups.actions.reminders import tell
from groups.models import Affiliation, Group, Membership, Person, Power, Reminder
from hrplatform import isolation


class Answered(Exception):
    """This request was answered or taken back already."""


@transaction.atomic
def found_network(*, by: Membership, name: str, **facts: Any) -> Group:
    """Found a network. Who founds it coordinates it until its members choose; their group may ask to be part of it.

    Other groups see its name: one that nobody sees could not be asked.
    """
    access.require(by, Power.COORDINATE)
    if by.group.kind == Group.Kind.NETWORK:
        raise NotPossible
    return found_group(
        by=by.person,
        kind=Group.Kind.NETWORK,
        name=name,
        standing=by.standing,
        visibility=Group.Visibility.LISTED,
        **facts,
    )


@transaction.atomic
def ask_to_affiliate(*, by: Membership | None, group: Group, network: Group, decision: Decision) -> Affiliation:
    """Ask a network to take this group in, as its members decided. Asking again changes nothing.

    Raises NotPossible for a network of networks, and for a group that is in another network.
    """
    require_decision(decision, group=group, effect="affiliate", on=network.pk)
    locked = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    if locked.kind == Group.Kind.NETWORK or network.kind != Group.Kind.NETWORK:
        raise NotPossible
    present = Affiliation.objects.open().filter(group=group).first()
    if present is not None and present.network_id == network.pk:
        return present
    if present is not None and present.state == Affiliation.State.ACCEPTED:
        raise NotPossible
    if present is not None:
        _close(present, Affiliation.State.WITHDRAWN)
        record(by=by, group=group, verb="withdraw_request", on=present)
    affiliation = Affiliation(group=group, network=network)
    affiliation.copy_what_is_shown(locked)
    affiliation.save(force_insert=True)
    record(by=by, group=group, verb="ask_to_affiliate", on=affiliation)
    # The one thing done on the network's side: it is told that somebody asks.
    with isolation.context(groups=[network.pk]):
        coordinators = [
            member.person
            for member in Membership.objects.active().with_roles().filter(group=network)
            if member.has_power(Power.COORDINATE)
        ]
        _tell(network, coordinators, affiliation)
    return affiliation


@transaction.atomic
def accept_affiliation(*, by: Membership, affiliation: Affiliation) -> Affiliation:
    """Take a group into this network. Accepting twice changes nothing. Raises Answered."""
    locked = _lock_as_network(by, affiliation)
    if locked.state == Affiliation.State.ACCEPTED:
        return locked
    if locked.state != Affiliation.State.ASKED:
        raise Answered
    locked.state, locked.answered_on = Affiliation.State.ACCEPTED, by.group.today
    locked.save(update_fields=["state", "answered_on"])
    record(by=by, group=by.group, verb="accept_affiliation", on=locked)
    # The group itself asked for this by a decision of its members, which is what opens its side here.
    with isolation.context(groups=[locked.group_id]):
        group = Group.objects.get(pk=locked.group_id)
        Group.objects.filter(pk=group.pk).update(network=locked.network_id)
        record(by=None, group=group, verb="join_network", on=locked)
    return locked


@transaction.atomic
def decline_affiliation(*, by: Membership, affiliation: Affiliation) -> Affiliation:
    """Not take a group in. Declining twice changes nothing. Raises Answered."""
    locked = _lock_as_network(by, affiliation)
    if locked.state == Affiliation.State.DECLINED:
        return locked
    if locked.state != Affiliation.State.ASKED:
        raise Answered
    _close(locked, Affiliation.State.DECLINED)
    record(by=by, group=by.group, verb="decline_affiliation", on=locked)
    return locked


@transaction.atomic
def withdraw_request(*, by: Membership, affiliation: Affiliation) -> None:
    """Take a request back that was not answered yet. Raises Answered."""
    access.require(by, Power.COORDINATE)
    locked = Affiliation.objects.select_for_update().get(pk=affiliation.pk, group=by.group)
    if locked.state == Affiliation.State.WITHDRAWN:
        return
    if locked.state != Affiliation.State.ASKED:
        raise Answered
    _close(locked, Affiliation.State.WITHDRAWN)
    record(by=by, group=by.group, verb="withdraw_request", on=locked)


@transaction.atomic
def leave_network(*, by: Membership | None, group: Group, decision: Decision) -> None:
    """Leave the network, as the members decided. What is the group's stays with it; the network forgets its name."""
    require_decision(decision, group=group, effect="leave_network")
    affiliation = Affiliation.objects.select_for_update().open().filter(group=group).first()
    if affiliation is None:
        return
    _close(affiliation, Affiliation.State.LEFT)
    record(by=by, group=group, verb="leave_network", on=affiliation)
    group.network = None
    group.save(update_fields=["network"])


@transaction.atomic
def show_name_to_network(*, by: Membership, affiliation: Affiliation, shows_name: bool) -> None:
    """Let the network know this group's name and area, or take that back. Not for a circle: it is counted only."""
    access.require(by, Power.COORDINATE)
    locked = Affiliation.objects.select_for_update().get(pk=affiliation.pk, group=by.group)
    if by.group.is_circle or locked.shows_name == shows_name:
        return
    locked.shows_name = shows_name
    locked.copy_what_is_shown(by.group)
    locked.save(update_fields=["shows_name", "name", "area"])
    record(by=by, group=by.group, verb="show_name_to_network", on=locked)


def _lock_as_network(by: Membership, affiliation: Affiliation) -> Affiliation:
    """Two coordinators may answer at once: the second finds the first one's answer."""
    access.require(by, Power.COORDINATE)
    return Affiliation.objects.select_for_update().get(pk=affiliation.pk, network=by.group)


def _close(affiliation: Affiliation, state: str) -> None:
    affiliation.state, affiliation.ended_on = state, timezone.now().date()
    affiliation.name = affiliation.area = ""
    affiliation.shows_name = False
    affiliation.save(update_fields=["state", "ended_on", "name", "area", "shows_name"])


def _tell(network: Group, people: list[Person], affiliation: Affiliation) -> None:
    tell(
        group=network,
        people=people,
        occasion=Reminder.Occasion.APPLICATION,
        about=affiliation.pk,
        at=timezone.now(),
    )
