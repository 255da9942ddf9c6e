from groups.models.action_items import ActionItem
from groups.models.affiliations import Affiliation
from groups.models.agenda import AgendaItem, AgendaSupport
from groups.models.agreements import Agreement
from groups.models.applications import Application
from groups.models.attendance import Attendance, CodeTries
from groups.models.ballots import Ballot, Participation, TellerEntry
from groups.models.calendars import CalendarFeed
from groups.models.campaigns import Campaign, CampaignAction, CampaignRecord, SharedCampaign
from groups.models.comments import Comment
from groups.models.devices import Device
from groups.models.groups import Group
from groups.models.invitations import FoundingLink, Invitation
from groups.models.journal import JournalEntry
from groups.models.leadership import LeadershipCount
from groups.models.meetings import Meeting, MeetingSeries
from groups.models.memberships import Membership
from groups.models.offers import Backing, Offer
from groups.models.payments import Payment, Purpose
from groups.models.people import Person
from groups.models.practices import Carrying, Practice, PracticeComment, SharedPractice
from groups.models.proposals import Option, Proposal
from groups.models.reminders import Reminder
from groups.models.rights import RightsRecord
from groups.models.roles import Power, Role, RoleTerm
from groups.models.rota import MeetingTask, RotaPlace, Turn
from groups.models.tokens import ApiToken, Scope

__all__ = [
    "ActionItem",
    "Affiliation",
    "AgendaItem",
    "AgendaSupport",
    "Agreement",
    "ApiToken",
    "Application",
    "Attendance",
    "Backing",
    "Ballot",
    "CalendarFeed",
    "Campaign",
    "CampaignAction",
    "CampaignRecord",
    "Carrying",
    "CodeTries",
    "Comment",
    "Device",
    "FoundingLink",
    "Group",
    "Invitation",
    "JournalEntry",
    "LeadershipCount",
    "Meeting",
    "MeetingSeries",
    "MeetingTask",
    "Membership",
    "Offer",
    "Option",
    "Participation",
    "Payment",
    "Person",
    "Power",
    "Practice",
    "PracticeComment",
    "Proposal",
    "Purpose",
    "Reminder",
    "RightsRecord",
    "Role",
    "RoleTerm",
    "RotaPlace",
    "Scope",
    "SharedCampaign",
    "SharedPractice",
    "TellerEntry",
    "Turn",
]
