from groups.forms.groups import FoundGroupForm, GroupForm, InvitationForm, PowersForm, ReminderForm
from groups.forms.meetings import MeetingForm
from groups.forms.people import ProfileForm, SignInForm, SignUpForm

__all__ = [
    "FoundGroupForm",
    "GroupForm",
    "InvitationForm",
    "MeetingForm",
    "PowersForm",
    "ProfileForm",
    "ReminderForm",
    "SignInForm",
    "SignUpForm",
]
