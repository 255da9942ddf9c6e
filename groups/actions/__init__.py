from groups.actions.agenda import (
    AgendaFull,
    add_agenda_item,
    put_on_next_agenda,
    remove_agenda_item,
    support_agenda_item,
    withdraw_support,
)
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
from groups.actions.outbox import mark_read, try_again
from groups.actions.people import change_profile
from groups.actions.reminders import choose_quiet_hours, choose_reminders, tell
from groups.actions.roles import LastCoordinator, set_powers
from groups.actions.taking_along import erase_group
from groups.actions.tokens import TooManyTokens, make_token, revoke_token

__all__ = [
    "AgendaFull",
    "InvitationOver",
    "LastCoordinator",
    "TooManyTokens",
    "accept_invitation",
    "add_agenda_item",
    "cancel_meeting",
    "change_profile",
    "choose_quiet_hours",
    "choose_reminders",
    "describe_group",
    "end_series",
    "erase_group",
    "found_group",
    "invite",
    "leave_group",
    "make_founding_link",
    "make_token",
    "mark_read",
    "put_on_next_agenda",
    "record",
    "remove_agenda_item",
    "revoke_invitation",
    "revoke_token",
    "schedule_meeting",
    "set_powers",
    "support_agenda_item",
    "tell",
    "try_again",
    "use_founding_link",
    "withdraw_support",
]
