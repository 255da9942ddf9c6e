"""Forms of networks."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.people import language_choices, time_zone_choices
from groups.forms.words import LineField


class FoundNetworkForm(forms.Form):
    name = LineField(label=_("Name"), max_length=80, help_text=_("Other groups here see it: they must be able to ask."))
    language = forms.ChoiceField(label=_("Language"), choices=language_choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
