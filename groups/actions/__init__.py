from groups.actions.agenda import (
    AgendaFull,
    add_agenda_item,
    put_on_next_agenda,
    remove_agenda_item,
    support_agenda_item,
    withdraw_support,
)
from groups.actions.applications import (
    NotOpenNow,
    accept_application,
    apply_to_join,
    back_application,
    decline_application,
    join_open_group,
    set_joining,
    withdraw_application,
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
from groups.actions.leaving import erase_person, leave_group, remove_member
from groups.actions.meetings import cancel_meeting, end_series, schedule_meeting
from groups.actions.memberships import declare_standing
from groups.actions.offers import back_offer, offer_to_hold, take_on, withdraw_offer
from groups.actions.outbox import mark_read, try_again
from groups.actions.people import change_profile
from groups.actions.reminders import choose_quiet_hours, choose_reminders, tell
from groups.actions.roles import (
    HeldByVote,
    LastCoordinator,
    RoleIsHeld,
    begin_elected_terms,
    edit_role,
    give_role,
    give_up_role,
    hand_back,
    make_role,
    set_powers,
)
from groups.actions.taking_along import erase_group
from groups.actions.tokens import TooManyTokens, make_token, revoke_token

__all__ = [
    "AgendaFull",
    "HeldByVote",
    "InvitationOver",
    "LastCoordinator",
    "NotOpenNow",
    "RoleIsHeld",
    "TooManyTokens",
    "accept_application",
    "accept_invitation",
    "add_agenda_item",
    "apply_to_join",
    "back_application",
    "back_offer",
    "begin_elected_terms",
    "cancel_meeting",
    "change_profile",
    "choose_quiet_hours",
    "choose_reminders",
    "declare_standing",
    "decline_application",
    "describe_group",
    "edit_role",
    "end_series",
    "erase_group",
    "erase_person",
    "found_group",
    "give_role",
    "give_up_role",
    "hand_back",
    "invite",
    "join_open_group",
    "leave_group",
    "make_founding_link",
    "make_role",
    "make_token",
    "mark_read",
    "offer_to_hold",
    "put_on_next_agenda",
    "record",
    "remove_agenda_item",
    "remove_member",
    "revoke_invitation",
    "revoke_token",
    "schedule_meeting",
    "set_joining",
    "set_powers",
    "support_agenda_item",
    "take_on",
    "tell",
    "try_again",
    "use_founding_link",
    "withdraw_application",
    "withdraw_offer",
    "withdraw_support",
]
