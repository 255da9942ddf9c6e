from groups.forms.applications import ApplicationForm, JoiningForm
from groups.forms.groups import FoundGroupForm, GroupForm, InvitationForm, PowersForm
from groups.forms.leaving import EraseForm, LeaveForm
from groups.forms.meetings import MeetingForm
from groups.forms.memberships import StandingForm
from groups.forms.people import IsItYouForm, PassphraseForm, ProfileForm, SignInForm, SignUpForm
from groups.forms.proposals import ProposalForm, WordsForm
from groups.forms.reminders import DeviceForm, QuietHoursForm, ReminderForm
from groups.forms.roles import GiveRoleForm, RoleForm

__all__ = [
    "ApplicationForm",
    "DeviceForm",
    "EraseForm",
    "FoundGroupForm",
    "GiveRoleForm",
    "GroupForm",
    "InvitationForm",
    "IsItYouForm",
    "JoiningForm",
    "LeaveForm",
    "MeetingForm",
    "PassphraseForm",
    "PowersForm",
    "ProfileForm",
    "ProposalForm",
    "QuietHoursForm",
    "ReminderForm",
    "RoleForm",
    "SignInForm",
    "SignUpForm",
    "StandingForm",
    "WordsForm",
]
