from groups.forms.groups import FoundGroupForm, GroupForm, InvitationForm, PowersForm
from groups.forms.leaving import LeaveForm
from groups.forms.meetings import MeetingForm
from groups.forms.memberships import StandingForm
from groups.forms.people import IsItYouForm, PassphraseForm, ProfileForm, SignInForm, SignUpForm
from groups.forms.proposals import ProposalForm, WordsForm
from groups.forms.reminders import DeviceForm, QuietHoursForm, ReminderForm

__all__ = [
    "DeviceForm",
    "FoundGroupForm",
    "GroupForm",
    "InvitationForm",
    "IsItYouForm",
    "LeaveForm",
    "MeetingForm",
    "PassphraseForm",
    "PowersForm",
    "ProfileForm",
    "ProposalForm",
    "QuietHoursForm",
    "ReminderForm",
    "SignInForm",
    "SignUpForm",
    "StandingForm",
    "WordsForm",
]
