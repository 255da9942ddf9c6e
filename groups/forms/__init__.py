from groups.forms.groups import FoundGroupForm, GroupForm, InvitationForm, PowersForm, ReminderForm
from groups.forms.meetings import MeetingForm
from groups.forms.people import IsItYouForm, PassphraseForm, ProfileForm, SignInForm, SignUpForm

__all__ = [
    "FoundGroupForm",
    "GroupForm",
    "InvitationForm",
    "IsItYouForm",
    "MeetingForm",
    "PassphraseForm",
    "PowersForm",
    "ProfileForm",
    "ReminderForm",
    "SignInForm",
    "SignUpForm",
]
