"""The form of a place of outreach."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.words import LineField
from outreach.models import Site


class SiteForm(forms.Form):
    name = LineField(label=_("Name"), help_text=_("What you call it among yourselves. Nobody's name."), max_length=60)
    kind = forms.ChoiceField(
        label=_("What kind of place"), choices=Site.Kind, widget=forms.RadioSelect, initial=Site.Kind.FIXED
    )
    area = LineField(
        label=_("Part of town"),
        help_text=_("As roughly as you like: never an address."),
        max_length=80,
        required=False,
    )
