"""Founding groups, and what they say about themselves."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from groups import access
from groups.actions.journal import record
from groups.actions.roles import begin_term
from groups.models import Affiliation, Group, Membership, Person, Power, Role, RoleTerm
from hrplatform import isolation, public_pages


@transaction.atomic
def found_group(*, by: Person, kind: str, name: str, standing: str = Membership.Standing.PEER, **facts: Any) -> Group:
    """Found a circle or an organization. Who founds an organization coordinates it until the members choose."""
    group = Group(kind=kind, name=name, **facts)
    isolation.widen(groups=[group.pk])
    group.save(force_insert=True)
    founder = Membership.objects.create(group=group, person=by, standing=standing)
    record(by=founder, group=group, verb="found_group", on=group)
    if not group.is_circle:
        with override(group.language):
            role = Role.objects.create(group=group, name=_("Coordinator"), powers=list(Power))
        begin_term(by=founder, role=role, holder=founder, chosen_by=RoleTerm.ChosenBy.FOUNDING)
    return group


@transaction.atomic
def describe_group(*, by: Membership, **facts: Any) -> Group:
    """Change what a group says about itself. Whether it is public is said here too."""
    access.require(by, Power.COORDINATE)
    for name, value in facts.items():
        setattr(by.group, name, value)
    by.group.save(update_fields=list(facts))
    _keep_network_told(by.group)
    record(by=by, group=by.group, verb="describe_group", on=by.group)
    transaction.on_commit(public_pages.mark_changed)
    return by.group


def _keep_network_told(group: Group) -> None:
    """What a network may know of its group follows what the group says about itself."""
    for affiliation in Affiliation.objects.open().filter(group=group):
        affiliation.copy_what_is_shown(group)
        affiliation.save(update_fields=["name", "area", "origin"])


def show_visitors(group: Group) -> None:
    """After something about when a group meets changed: its page for visitors is made anew, where it says so."""
    if group.visibility == Group.Visibility.PUBLIC and group.shows_meetings:
        transaction.on_commit(public_pages.mark_changed)
