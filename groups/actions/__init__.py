from groups.actions.action_items import (
    TooManyActionItems,
    add_action_item,
    change_action_item,
    finish_action_item,
    reopen_action_item,
)
from groups.actions.agenda import (
    AgendaFull,
    add_agenda_item,
    put_on_next_agenda,
    remove_agenda_item,
    support_agenda_item,
    withdraw_support,
)
from groups.actions.agreements import keep_agreement, put_up_agreements
from groups.actions.applications import (
    NotOpenNow,
    accept_application,
    apply_to_join,
    back_application,
    decline_application,
    join_open_group,
    set_joining,
    was_removed,
    withdraw_application,
)
from groups.actions.attendance import (
    CodeAnswer,
    NotBegun,
    count_heads,
    enter_attendance_code,
    make_attendance_code,
    tick_attendance,
)
from groups.actions.ballots import AlreadyVoted, NotAVoter, VotingOver, cast_ballot, require_voter
from groups.actions.calendars import end_calendar, make_calendar
from groups.actions.cancelling import cancel_meeting, end_series
from groups.actions.candidates import ListFull, ask_candidate, decline_candidacy, stand_for_election
from groups.actions.comments import comment_on_proposal
from groups.actions.devices import add_device, remove_device
from groups.actions.exporting import export_group
from groups.actions.groups import describe_group, found_group
from groups.actions.importing import ArchiveRefused, import_group
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
from groups.actions.meetings import MeetingOver, change_meeting, schedule_meeting
from groups.actions.memberships import declare_standing
from groups.actions.minutes import MinutesChanged, save_minutes
from groups.actions.offers import back_offer, offer_to_hold, take_on, withdraw_offer
from groups.actions.outbox import mark_read, try_again
from groups.actions.people import change_profile, take_up_account
from groups.actions.proposals import (
    NobodyStands,
    TooLate,
    carry_out_later,
    change_proposal,
    close_early,
    keep_time,
    open_proposal,
    propose,
    put_again,
    state_outcome,
    withdraw_proposal,
)
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
    needs_takeover,
    set_powers,
)
from groups.actions.rota import TurnTaken, join_rota, leave_rota, pass_turn, take_turn
from groups.actions.series import Scope, change_series
from groups.actions.taking_along import erase_group
from groups.actions.tellers import differences, enter_paper
from groups.actions.tokens import TooManyTokens, make_token, revoke_token

__all__ = [
    "AgendaFull",
    "AlreadyVoted",
    "ArchiveRefused",
    "CodeAnswer",
    "HeldByVote",
    "InvitationOver",
    "LastCoordinator",
    "ListFull",
    "MeetingOver",
    "MinutesChanged",
    "NobodyStands",
    "NotAVoter",
    "NotBegun",
    "NotOpenNow",
    "RoleIsHeld",
    "Scope",
    "TooLate",
    "TooManyActionItems",
    "TooManyTokens",
    "TurnTaken",
    "VotingOver",
    "accept_application",
    "accept_invitation",
    "add_action_item",
    "add_agenda_item",
    "add_device",
    "apply_to_join",
    "ask_candidate",
    "back_application",
    "back_offer",
    "begin_elected_terms",
    "cancel_meeting",
    "carry_out_later",
    "cast_ballot",
    "change_action_item",
    "change_meeting",
    "change_profile",
    "change_proposal",
    "change_series",
    "choose_quiet_hours",
    "choose_reminders",
    "close_early",
    "comment_on_proposal",
    "count_heads",
    "declare_standing",
    "decline_application",
    "decline_candidacy",
    "describe_group",
    "differences",
    "edit_role",
    "end_calendar",
    "end_series",
    "enter_attendance_code",
    "enter_paper",
    "erase_group",
    "erase_person",
    "export_group",
    "finish_action_item",
    "found_group",
    "give_role",
    "give_up_role",
    "hand_back",
    "import_group",
    "invite",
    "join_open_group",
    "join_rota",
    "keep_agreement",
    "keep_time",
    "leave_group",
    "leave_rota",
    "make_attendance_code",
    "make_calendar",
    "make_founding_link",
    "make_role",
    "make_token",
    "mark_read",
    "needs_takeover",
    "offer_to_hold",
    "open_proposal",
    "pass_turn",
    "propose",
    "put_again",
    "put_on_next_agenda",
    "put_up_agreements",
    "record",
    "remove_agenda_item",
    "remove_device",
    "remove_member",
    "reopen_action_item",
    "require_voter",
    "revoke_invitation",
    "revoke_token",
    "save_minutes",
    "schedule_meeting",
    "set_joining",
    "set_powers",
    "stand_for_election",
    "state_outcome",
    "support_agenda_item",
    "take_on",
    "take_turn",
    "take_up_account",
    "tell",
    "tick_attendance",
    "try_again",
    "use_founding_link",
    "was_removed",
    "withdraw_application",
    "withdraw_offer",
    "withdraw_proposal",
    "withdraw_support",
]
