"""The form to say something."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _


class CommentForm(forms.Form):
    text = forms.CharField(label=_("What you want to say"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class OutcomeForm(forms.Form):
    text = forms.CharField(
        label=_("What came of it, in our words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
