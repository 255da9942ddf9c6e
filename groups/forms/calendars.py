"""The form for a calendar's private address."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.models import CalendarFeed


class CalendarForm(forms.Form):
    detail = forms.ChoiceField(
        label=_("How much it shows"),
        choices=[
            (CalendarFeed.Detail.DISCREET, _("Only when you are busy")),
            (CalendarFeed.Detail.FULL, _("Also what it is, and where")),
        ],
        widget=forms.RadioSelect,
        help_text=_("Whoever keeps your calendar, like a phone maker, can read what it shows."),
    )
