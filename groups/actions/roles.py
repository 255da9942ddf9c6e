"""Who may do what, and until when."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from groups import access
from groups.actions.journal import record
from groups.models import Group, Membership, Power, Role, RoleTerm


class LastCoordinator(Exception):
    """A group is never left with nobody able to act."""


def begin_term(
    *, by: Membership, role: Role, holder: Membership, chosen_by: str, until: date | None = None
) -> RoleTerm:
    """Let a member hold a role from today, until a day or with no end yet."""
    term = RoleTerm.objects.create(group=by.group, role=role, membership=holder, chosen_by=chosen_by, ends_on=until)
    record(by=by, group=by.group, verb="begin_role_term", on=term)
    return term


def end_term(*, by: Membership, term: RoleTerm) -> None:
    """Hand the powers of a term back today."""
    term.ends_on = date.today()
    term.save(update_fields=["ends_on"])
    record(by=by, group=by.group, verb="end_role_term", on=term)


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
        begin_term(
            by=by, role=_role(by.group, wanted), holder=member, chosen_by=RoleTerm.ChosenBy.AGREEMENT, until=until
        )
    else:
        for power in sorted(wanted):
            begin_term(
                by=by, role=_role(by.group, {power}), holder=member, chosen_by=RoleTerm.ChosenBy.AGREEMENT, until=until
            )
    return member


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


def _role(group: Group, powers: set[Power]) -> Role:
    """The group's role with exactly these powers; made, and named in the group's language, when there is none."""
    for role in Role.objects.filter(group=group):
        if set(role.powers) == {str(power) for power in powers}:
            return role
    with override(group.language):
        words = " · ".join(str(power.label) for power in sorted(powers))
        name = _("Coordinator") if powers == set(Power) else capfirst(words)
    return Role.objects.create(group=group, name=name, powers=sorted(powers))
