"""The form a group has, by decision of its members: circle or organization, and whether allies vote."""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from groups.actions.journal import record
from groups.models import Group, Membership, Power, Role, RoleTerm
from hrplatform import public_pages

# Long enough to hold an election, short enough that nobody gets used to it.
UNTIL_ELECTED = timedelta(days=30)


class Decision(Protocol):
    """An adopted proposal: the proof that these members want this, and that it was not done yet."""

    group_id: UUID

    def proves(self, effect: str, on: UUID | None = None) -> bool: ...


class NotPossible(Exception):
    """The members decided it, and it cannot be done as things are now."""


def require_decision(decision: Decision, *, group: Group, effect: str, on: UUID | None = None) -> None:
    """Raises PermissionDenied unless the members of this group adopted exactly this."""
    if decision.group_id != group.pk or not decision.proves(effect, on):
        raise PermissionDenied(effect)


@transaction.atomic
def convert_group(*, by: Membership | None, group: Group, decision: Decision) -> Group:
    """Make a circle an organization, or an organization a circle. Members, meetings, words and journal stay.

    Raises NotPossible for a network.
    """
    require_decision(decision, group=group, effect="convert")
    locked = Group.objects.select_for_update().get(pk=group.pk)
    if locked.kind == Group.Kind.NETWORK:
        raise NotPossible
    group.kind = locked.kind
    return _become_organization(by, group) if group.is_circle else _become_circle(by, group)


def _become_organization(by: Membership | None, group: Group) -> Group:
    """Whoever holds a vote coordinates for 30 days: time to elect, and nobody is in charge by having been quickest."""
    group.kind = Group.Kind.ORGANIZATION
    group.save(update_fields=["kind"])
    record(by=by, group=group, verb="become_organization", on=group)
    voters = list(Membership.objects.voters(group)) or list(Membership.objects.active().filter(group=group))
    role = _coordinator(group)
    for holder in voters:
        if not holder.role_terms.current().filter(role=role).exists():
            term = RoleTerm.objects.create(
                group=group,
                role=role,
                membership=holder,
                chosen_by=RoleTerm.ChosenBy.AGREEMENT,
                ends_on=group.today + UNTIL_ELECTED,
            )
            record(by=by, group=group, verb="begin_role_term", on=term)
    return group


def _become_circle(by: Membership | None, group: Group) -> Group:
    """Terms end today, the name is nobody's outside, the public page goes. What was said about the group stays."""
    for term in RoleTerm.objects.current().filter(group=group):
        term.ends_on = group.today
        term.save(update_fields=["ends_on"])
        record(by=by, group=group, verb="end_role_term", on=term)
    group.kind, group.visibility = Group.Kind.CIRCLE, Group.Visibility.UNLISTED
    group.save(update_fields=["kind", "visibility"])
    for affiliation in group.affiliations.open():
        affiliation.shows_name = False
        affiliation.copy_what_is_shown(group)
        affiliation.save(update_fields=["shows_name", "name", "area", "origin"])
    record(by=by, group=group, verb="become_circle", on=group)
    transaction.on_commit(public_pages.mark_changed)
    return group


def _coordinator(group: Group) -> Role:
    """The role with every power; made, and named in the group's language, when there is none."""
    for role in group.roles.filter(powers__contains=[Power.COORDINATE]):
        if set(role.powers) == set(Power):
            return role
    with override(group.language):
        role, _made = Role.objects.get_or_create(group=group, name=_("Coordinator"), defaults={"powers": list(Power)})
    return role


@transaction.atomic
def let_allies_vote(*, by: Membership | None, group: Group, decision: Decision) -> Group:
    """Give allies a vote in this group, or take it back: whichever is not so now."""
    require_decision(decision, group=group, effect="allies_vote")
    locked = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    group.allies_vote = not locked.allies_vote
    group.save(update_fields=["allies_vote"])
    if group.allies_vote:
        record(by=by, group=group, verb="let_allies_vote", on=group)
    else:
        record(by=by, group=group, verb="end_allies_vote", on=group)
    return group
