"""The form of the minutes."""

from django import forms
from django.utils.translation import gettext_lazy as _


class MinutesForm(forms.Form):
    text = forms.CharField(
        label=_("Minutes"),
        max_length=20_000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("What we decided, and why. Only members read it. Leave out who uses what, and who was where."),
    )
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
