from groups.models.groups import Group
from groups.models.invitations import FoundingLink, Invitation
from groups.models.journal import JournalEntry
from groups.models.meetings import Meeting, MeetingSeries
from groups.models.memberships import Membership
from groups.models.people import Person
from groups.models.reminders import Reminder
from groups.models.roles import Power, Role, RoleTerm

__all__ = [
    "FoundingLink",
    "Group",
    "Invitation",
    "JournalEntry",
    "Meeting",
    "MeetingSeries",
    "Membership",
    "Person",
    "Power",
    "Reminder",
    "Role",
    "RoleTerm",
]
