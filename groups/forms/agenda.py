"""The form that adds to an agenda."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.words import LineField


class AgendaItemForm(forms.Form):
    title = LineField(label=_("What should we talk about?"), max_length=200)
    note = forms.CharField(
        label=_("More about it"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
