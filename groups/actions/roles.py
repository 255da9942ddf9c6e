"""Who may do what, and until when."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from groups import access
from groups.actions.journal import record
from groups.actions.reminders import tell
from groups.models import Group, Membership, Power, Proposal, Reminder, Role, RoleTerm


class LastCoordinator(Exception):
    """Nobody else coordinates: powers go to somebody first, or by handing the role back, which asks the members."""


class HeldByVote(Exception):
    """Members gave this role by election or trust: it ends with its term, by its holder, or by another decision."""


class RoleIsHeld(Exception):
    """Somebody holds this role now."""


# --- Roles ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_role(
    *, by: Membership, name: str, powers: Iterable[str], term_months: int = 12, trusted_by: int | None = None
) -> Role:
    """Make a named set of powers. `term_months`: 1 to 60. `trusted_by`: how many trust someone with it, or None."""
    access.require(by, Power.COORDINATE)
    role = Role.objects.create(
        group=by.group, name=name, powers=sorted(powers), term_months=term_months, trusted_by=trusted_by
    )
    record(by=by, group=by.group, verb="make_role", on=role)
    return role


@transaction.atomic
def edit_role(
    *, by: Membership, role: Role, name: str, powers: Iterable[str], term_months: int, trusted_by: int | None
) -> Role:
    """Change a role, for those who hold it too. Raises LastCoordinator when nobody would be left who coordinates."""
    access.require(by, Power.COORDINATE)
    lock_coordination(by.group)
    role.name, role.powers, role.term_months, role.trusted_by = name, sorted(powers), term_months, trusted_by
    with transaction.atomic():
        role.save(update_fields=["name", "powers", "term_months", "trusted_by"])
        if not Membership.objects.coordinators(by.group).exists():
            raise LastCoordinator
        record(by=by, group=by.group, verb="edit_role", on=role)
    return role


@transaction.atomic
def give_up_role(*, by: Membership, role: Role) -> None:
    """Stop having a role; its past terms stay. Raises RoleIsHeld."""
    access.require(by, Power.COORDINATE)
    lock_coordination(by.group)
    if role.terms.current().exists():
        raise RoleIsHeld
    if Role.objects.in_use().filter(pk=role.pk).update(given_up_on=date.today()):
        record(by=by, group=by.group, verb="give_up_role", on=role)


# --- Terms ------------------------------------------------------------------------------------------------------------


def begin_term(
    *, by: Membership | None, role: Role, holder: Membership, chosen_by: str, until: date | None = None
) -> RoleTerm:
    """Let a member hold a role from today, until a day or with no end yet. What they hold of it already ends."""
    for term in holder.role_terms.current().filter(role=role):
        end_term(by=by, term=term)
    term = RoleTerm.objects.create(group=role.group, role=role, membership=holder, chosen_by=chosen_by, ends_on=until)
    record(by=by, group=role.group, verb="begin_role_term", on=term)
    if Power.COORDINATE in role.powers:
        Group.objects.filter(pk=role.group_id).exclude(without_coordinator_since=None).update(
            without_coordinator_since=None
        )
    return term


def end_term(*, by: Membership | None, term: RoleTerm) -> None:
    """Hand the powers of a term back today."""
    term.ends_on = timezone.now().date()
    term.save(update_fields=["ends_on"])
    record(by=by, group=term.group, verb="end_role_term", on=term)


@transaction.atomic
def give_role(*, by: Membership, role: Role, member: Membership, until: date | None = None) -> RoleTerm:
    """Give a member a role by agreement. The same again changes nothing. Raises HeldByVote."""
    access.require(by, Power.COORDINATE)
    if not role.is_in_use or member.left_on is not None:
        raise PermissionDenied(role)
    lock_coordination(by.group)
    held = member.role_terms.current().filter(role=role).first()
    if held is not None and held.ends_on == until:
        return held
    if held is not None and held.was_voted:
        raise HeldByVote
    return begin_term(by=by, role=role, holder=member, chosen_by=RoleTerm.ChosenBy.AGREEMENT, until=until)


@transaction.atomic
def hand_back(*, by: Membership, term: RoleTerm) -> None:
    """End a term early: one's own, or as coordinator one that was given by agreement.

    The last coordinator's own starts a takeover. Raises PermissionDenied, HeldByVote, LastCoordinator.
    """
    is_own = term.membership_id == by.pk
    if not is_own:
        access.require(by, Power.COORDINATE)
    lock_coordination(by.group)
    term = RoleTerm.objects.select_related("role", "membership", "group").get(pk=term.pk)
    if not term.is_current:
        return
    if term.was_voted and not is_own:
        raise HeldByVote
    end_term(by=by, term=term)
    start_takeover_if_needed(by=by, group=by.group)


@transaction.atomic
def set_powers(*, by: Membership, member: Membership, powers: Iterable[str], until: date | None = None) -> Membership:
    """Give a member exactly these powers by agreement, as roles held from today.

    What members gave by vote stays as it is. Raises LastCoordinator when nobody would be left who can coordinate, and
    HeldByVote when a power would be taken that was given by vote.
    """
    access.require(by, Power.COORDINATE)
    wanted = {Power(power) for power in powers}
    lock_coordination(by.group)
    terms = list(member.role_terms.current().select_related("role", "group"))
    voted = {Power(power) for term in terms if term.was_voted for power in term.role.powers}
    if not voted <= wanted:
        raise HeldByVote
    wanted -= voted
    held = [term for term in terms if not term.was_voted]
    if {Power(power) for term in held for power in term.role.powers} == wanted and all(
        term.ends_on == until for term in held
    ):
        return member
    if Power.COORDINATE not in wanted | voted and is_last_coordinator(member):
        raise LastCoordinator
    for term in held:
        end_term(by=by, term=term)
    sets = [wanted] if wanted == set(Power) else [{power} for power in sorted(wanted)]
    for each in sets:
        role = role_with(by.group, each)
        begin_term(by=by, role=role, holder=member, chosen_by=RoleTerm.ChosenBy.AGREEMENT, until=until)
    return member


@transaction.atomic
def begin_elected_terms(
    *, by: Membership | None, proposal: Proposal, winners: list[Membership], until: date | None = None
) -> list[RoleTerm]:
    """Hand the role of an election over to the winners, from today `until` a day, or for as long as its terms last.

    Whoever held it before gives it back today. `by`: who closed the election, None for the clock.
    Raises PermissionDenied without an adopted election for it, and Role.DoesNotExist.
    """
    role = Role.objects.select_related("group").get(group=proposal.group_id, pk=proposal.effect_on or proposal.group_id)
    if not proposal.proves(Proposal.Effect.FILL_ROLE, role.pk):
        raise PermissionDenied(role)
    lock_coordination(role.group)
    chosen = [winner for winner in winners if winner.left_on is None]
    if not chosen:
        return []
    for term in role.terms.current().exclude(membership__in=chosen).select_related("group"):
        end_term(by=by, term=term)
    until = until or role.term_from(timezone.now().date())
    return [
        begin_term(by=by, role=role, holder=winner, chosen_by=RoleTerm.ChosenBy.ELECTION, until=until)
        for winner in chosen
    ]


# How long before a term ends the group hears of it. Each once.
REMINDED_BEFORE = (timedelta(days=14), timedelta(days=2))


def remind_of_ending_terms(*, group: Group, today: date) -> None:
    """Tell every member that somebody's term ends soon, so that they can choose who comes next."""
    ending = RoleTerm.objects.current().filter(group=group, ends_on__lte=today + max(REMINDED_BEFORE))
    terms = list(ending)
    if not terms:
        return
    people = [member.person for member in group.memberships.active().select_related("person")]
    for term in terms:
        assert term.ends_on is not None  # Only those that end were asked for.
        edition = sum(term.ends_on - today <= before for before in REMINDED_BEFORE)
        # Noon, so that the day is the same day for whoever reads it in another zone.
        at = datetime.combine(term.ends_on, time(12), tzinfo=group.zone)
        tell(
            group=group,
            people=people,
            occasion=Reminder.Occasion.TERM_ENDING,
            about=term.pk,
            at=at,
            edition=edition,
        )


# --- Who can act ------------------------------------------------------------------------------------------------------


def lock_coordination(group: Group) -> None:
    """Whoever changes who can act takes turns: the last two coordinators must not go at the same moment."""
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)


def is_last_coordinator(member: Membership) -> bool:
    if member.group.is_circle:
        return False
    holding = Membership.objects.coordinators(member.group)
    return not holding.exclude(pk=member.pk).exists() and holding.filter(pk=member.pk).exists()


def needs_takeover(*, group: Group) -> bool:
    """Whether there are members, and none of them can act for the group."""
    return (
        not group.is_circle
        and not Membership.objects.coordinators(group).exists()
        and Membership.objects.active().filter(group=group).exists()
    )


def start_takeover_if_needed(*, by: Membership | None, group: Group) -> None:
    """When the last who coordinates is gone: tell every member, once, that any of them can take the group on."""
    if not needs_takeover(group=group):
        return
    if not Group.objects.filter(pk=group.pk, without_coordinator_since=None).update(
        without_coordinator_since=date.today()
    ):
        return
    entry = record(by=by, group=group, verb="start_takeover", on=group)
    tell(
        group=group,
        people=[member.person for member in group.memberships.active().select_related("person")],
        occasion=Reminder.Occasion.TAKEOVER,
        about=entry.pk,
        at=timezone.now(),
    )


def role_with(group: Group, powers: set[Power]) -> Role:
    """The group's role with exactly these powers; made, and named in the group's language, when there is none."""
    for role in Role.objects.in_use().filter(group=group).order_by("name"):
        if set(role.powers) == {str(power) for power in powers}:
            return role
    with override(group.language):
        words = " · ".join(str(power.label) for power in sorted(powers))
        name = _("Coordinator") if powers == set(Power) else capfirst(words)
    if Role.objects.in_use().filter(group=group, name=name).exists():
        # The group calls another role so. Two of one name would be mixed up.
        name = f"{name} 2"
    return Role.objects.create(group=group, name=name, powers=sorted(powers))
