from groups.forms.action_items import ActionItemForm
from groups.forms.agenda import AgendaItemForm
from groups.forms.agreements import KeepAgreementForm
from groups.forms.applications import ApplicationForm, JoiningForm
from groups.forms.attendance import AttendanceForm, CodeForm, HeadcountForm
from groups.forms.ballots import BallotForm, TellerForm, ballot_form_of
from groups.forms.calendars import CalendarForm
from groups.forms.candidates import AskCandidateForm
from groups.forms.comments import CommentForm, OutcomeForm
from groups.forms.groups import FoundGroupForm, GroupForm, InvitationForm, PowersForm
from groups.forms.leaving import EraseForm, LeaveForm
from groups.forms.meetings import CancelForm, MeetingChangeForm, MeetingForm
from groups.forms.memberships import StandingForm
from groups.forms.minutes import MinutesForm
from groups.forms.people import IsItYouForm, PassphraseForm, ProfileForm, SignInForm, SignUpForm
from groups.forms.proposals import ProposalForm, WordsForm
from groups.forms.reminders import DeviceForm, QuietHoursForm, ReminderForm
from groups.forms.roles import GiveRoleForm, RoleForm
from groups.forms.rota import PassForm, RotaForm
from groups.forms.taking_along import ComeBackForm, TakeAlongForm
from groups.forms.tokens import TokenForm

__all__ = [
    "ActionItemForm",
    "AgendaItemForm",
    "ApplicationForm",
    "AskCandidateForm",
    "AttendanceForm",
    "BallotForm",
    "CalendarForm",
    "CancelForm",
    "CodeForm",
    "ComeBackForm",
    "CommentForm",
    "DeviceForm",
    "EraseForm",
    "FoundGroupForm",
    "GiveRoleForm",
    "GroupForm",
    "HeadcountForm",
    "InvitationForm",
    "IsItYouForm",
    "JoiningForm",
    "KeepAgreementForm",
    "LeaveForm",
    "MeetingChangeForm",
    "MeetingForm",
    "MinutesForm",
    "OutcomeForm",
    "PassForm",
    "PassphraseForm",
    "PowersForm",
    "ProfileForm",
    "ProposalForm",
    "QuietHoursForm",
    "ReminderForm",
    "RoleForm",
    "RotaForm",
    "SignInForm",
    "SignUpForm",
    "StandingForm",
    "TakeAlongForm",
    "TellerForm",
    "TokenForm",
    "WordsForm",
    "ballot_form_of",
]
