"""What a person chooses about reminders."""

from datetime import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groups.models import Membership, Person, Reminder
from hrplatform import pushing


class ReminderForm(forms.Form):
    """In one group: how long before, where, how discreetly. What one has ticked already is what most people want."""

    leads = forms.TypedMultipleChoiceField(
        label=_("How long before a meeting"),
        choices=Membership.ReminderLead,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As many as you like. Tick none, and no meeting is mentioned."),
    )
    channels = forms.MultipleChoiceField(
        label=_("Where"),
        choices=[
            (Reminder.Channel.IN_APP, _("in my inbox here")),
            (Reminder.Channel.EMAIL, _("by e-mail")),
            (Reminder.Channel.PUSH, _("on my phone or computer")),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.ChoiceField(
        label=_("How much it says"),
        choices=[
            (Membership.ReminderWords.NEUTRAL, _("Only that there is something, and when")),
            (Membership.ReminderWords.NAMED, _("Also the name of the group, and what it is about")),
        ],
        widget=forms.RadioSelect,
        help_text=_("Whoever picks up your phone or reads your mail sees this too."),
    )

    @classmethod
    def of(cls, membership: Membership, data: Any = None) -> "ReminderForm":
        initial = {
            "leads": membership.reminder_leads,
            "channels": membership.reminder_channels,
            "words": membership.reminder_words,
        }
        return cls(data, initial=initial)


class QuietHoursForm(forms.Form):
    """The same clock times every night; both empty for none."""

    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    @classmethod
    def of(cls, person: Person, data: Any = None) -> "QuietHoursForm":
        return cls(data, initial={"quiet_from": person.quiet_from, "quiet_until": person.quiet_until})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begin, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if self.errors:
            return cleaned
        if (begin is None) != (end is None):
            self.add_error("quiet_from" if begin is None else "quiet_until", _("Fill in both times, or neither."))
        elif isinstance(begin, time) and begin == end:
            self.add_error("quiet_until", _("Choose a time that is not the same as the first."))
        return cleaned


class DeviceForm(forms.Form):
    """What a browser says of itself when it subscribes. No person types this, so one sentence is enough for it."""

    endpoint = forms.CharField(max_length=1000, widget=forms.HiddenInput)
    p256dh = forms.RegexField(r"^[A-Za-z0-9_-]{86,88}={0,2}\Z", widget=forms.HiddenInput)
    auth = forms.RegexField(r"^[A-Za-z0-9_-]{22}={0,2}\Z", widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            pushing.checked(cleaned["endpoint"])
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), pushing.raw(cleaned["p256dh"]))
            cleaned["target"] = pushing.Target(cleaned["endpoint"], cleaned["p256dh"], cleaned["auth"])
        except (KeyError, ValueError) as error:
            raise ValidationError(_("This browser gave no address that we can reach. Nothing was changed.")) from error
        return cleaned
