"""Becoming a member."""

from groups.actions.journal import record
from groups.actions.reminders import plan_reminders
from groups.models import Membership, Person


def add_member(*, by: Membership, person: Person, standing: str) -> Membership:
    """Make a person a member and plan their reminders. `by`: who let them in; themselves, when by a link."""
    membership = Membership.objects.create(group=by.group, person=person, standing=standing)
    record(by=by, group=by.group, verb="add_member", on=membership)
    for meeting in by.group.meetings.going_ahead().coming().select_related("group"):
        plan_reminders(meeting=meeting, members=[membership])
    return membership
