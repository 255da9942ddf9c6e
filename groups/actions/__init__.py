from groups.actions.groups import describe_group, found_group
from groups.actions.invitations import (
    InvitationOver,
    accept_invitation,
    invite,
    make_founding_link,
    revoke_invitation,
    use_founding_link,
)
from groups.actions.journal import record
from groups.actions.leaving import leave_group
from groups.actions.meetings import cancel_meeting, end_series, schedule_meeting
from groups.actions.people import change_profile
from groups.actions.reminders import choose_reminder, mark_read, tell
from groups.actions.roles import LastCoordinator, set_powers

__all__ = [
    "InvitationOver",
    "LastCoordinator",
    "accept_invitation",
    "cancel_meeting",
    "change_profile",
    "choose_reminder",
    "describe_group",
    "end_series",
    "found_group",
    "invite",
    "leave_group",
    "make_founding_link",
    "mark_read",
    "record",
    "revoke_invitation",
    "schedule_meeting",
    "set_powers",
    "tell",
    "use_founding_link",
]
