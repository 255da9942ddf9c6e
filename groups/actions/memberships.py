"""Becoming a member."""

from django.db import transaction
from django.utils import timezone

from groups.actions.journal import record
from groups.actions.reminders import plan_reminders
from groups.models import Application, Group, Membership, Person


def add_member(*, by: Membership, person: Person, standing: str) -> Membership:
    """Make a person a member and plan their reminders. `by`: who let them in."""
    return admit(by=by, group=by.group, person=person, standing=standing, verb="add_member")


def admit(*, by: Membership | Person | None, group: Group, person: Person, standing: str, verb: str) -> Membership:
    """Make a person a member, or find that they are one. The group is in the isolation context and locked by `record`.

    `by`: who let them in; themselves, when by a link or an open door; None when the clock did.
    """
    present = Membership.objects.active().select_related("group").filter(group=group, person=person).first()
    if present is not None:
        return present
    membership = Membership.objects.create(group=group, person=person, standing=standing)
    record(by=by, group=group, verb=verb, on=membership)
    group.applications.waiting().filter(person=person).update(
        state=Application.State.ACCEPTED, decided_on=timezone.now().date(), answers_json=""
    )
    for meeting in group.meetings.going_ahead().coming().select_related("group"):
        plan_reminders(meeting=meeting, members=[membership])
    return membership


@transaction.atomic
def declare_standing(*, by: Membership, standing: str) -> None:
    """Say whether one is a peer or an ally. Not in the journal: it is shown to nobody but as a count."""
    by.standing = standing
    by.save(update_fields=["standing"])
