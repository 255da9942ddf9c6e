"""Founding groups, and who may do what in them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from groups import access
from groups.actions.journal import record
from groups.actions.reminders import drop_reminders_of, plan_reminders
from groups.models import Group, Membership, Person, Power, Role, RoleTerm
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
        _begin_term(by=founder, role=role, holder=founder, chosen_by=RoleTerm.ChosenBy.FOUNDING)
    return group


def add_member(*, by: Membership, person: Person, standing: str) -> Membership:
    """Make a person a member and plan their reminders. `by`: who let them in; themselves, when by a link."""
    membership = Membership.objects.create(group=by.group, person=person, standing=standing)
    record(by=by, group=by.group, verb="add_member", on=membership)
    for meeting in by.group.meetings.going_ahead().coming().select_related("group"):
        plan_reminders(meeting=meeting, members=[membership])
    return membership


@transaction.atomic
def describe_group(*, by: Membership, **facts: Any) -> Group:
    """Change what a group says about itself. Whether it is public is said here too."""
    access.require(by, Power.COORDINATE)
    for name, value in facts.items():
        setattr(by.group, name, value)
    by.group.save(update_fields=list(facts))
    record(by=by, group=by.group, verb="describe_group", on=by.group)
    transaction.on_commit(public_pages.mark_changed)
    return by.group


def _begin_term(
    *, by: Membership, role: Role, holder: Membership, chosen_by: str, until: date | None = None
) -> RoleTerm:
    term = RoleTerm.objects.create(group=by.group, role=role, membership=holder, chosen_by=chosen_by, ends_on=until)
    record(by=by, group=by.group, verb="begin_role_term", on=term)
    return term


@transaction.atomic
def set_powers(*, by: Membership, member: Membership, powers: Iterable[str], until: date | None = None) -> Membership:
    """Give a member exactly these powers, as roles held from today. Others' terms are not touched.

    Raises LastCoordinator when nobody would be left who can coordinate.
    """
    access.require(by, Power.COORDINATE)
    wanted = {Power(power) for power in powers}
    lock_coordination(by.group)
    held = list(member.role_terms.current().select_related("role"))
    if {Power(power) for term in held for power in term.role.powers} == wanted and all(
        term.ends_on == until for term in held
    ):
        return member
    if Power.COORDINATE not in wanted and is_last_coordinator(member):
        raise LastCoordinator
    for term in held:
        end_term(by=by, term=term)
    if wanted == set(Power):
        _begin_term(
            by=by, role=_role(by.group, wanted), holder=member, chosen_by=RoleTerm.ChosenBy.AGREEMENT, until=until
        )
    else:
        for power in sorted(wanted):
            _begin_term(
                by=by, role=_role(by.group, {power}), holder=member, chosen_by=RoleTerm.ChosenBy.AGREEMENT, until=until
            )
    return member


class LastCoordinator(Exception):
    """A group is never left with nobody able to act."""


def lock_coordination(group: Group) -> None:
    """Two people must not take the last two coordinators away at the same moment."""
    Group.objects.select_for_update().get(pk=group.pk)


def is_last_coordinator(member: Membership) -> bool:
    if member.group.is_circle:
        return False
    coordinators = RoleTerm.objects.current().filter(
        group=member.group,
        role__powers__contains=[Power.COORDINATE],
        membership__left_on=None,
        ends_on=None,
    )
    return not coordinators.exclude(membership=member).exists() and coordinators.filter(membership=member).exists()


def end_term(*, by: Membership, term: RoleTerm) -> None:
    """Hand the powers of a term back today."""
    term.ends_on = date.today()
    term.save(update_fields=["ends_on"])
    record(by=by, group=by.group, verb="end_role_term", on=term)


def _role(group: Group, powers: set[Power]) -> Role:
    """The group's role with exactly these powers; made, and named in the group's language, when there is none."""
    for role in Role.objects.filter(group=group):
        if set(role.powers) == {str(power) for power in powers}:
            return role
    with override(group.language):
        words = " · ".join(str(power.label) for power in sorted(powers))
        name = _("Coordinator") if powers == set(Power) else capfirst(words)
    return Role.objects.create(group=group, name=name, powers=sorted(powers))


@transaction.atomic
def leave_group(*, by: Membership) -> None:
    """Leave. Powers go back at once, waiting reminders are dropped. Raises LastCoordinator."""
    lock_coordination(by.group)
    others = Membership.objects.active().filter(group=by.group).exclude(pk=by.pk)
    if is_last_coordinator(by) and others.exists():
        raise LastCoordinator
    for term in by.role_terms.current():
        end_term(by=by, term=term)
    drop_reminders_of(by)
    record(by=by, group=by.group, verb="leave_group", on=by)
    by.left_on = date.today()
    by.save(update_fields=["left_on"])
