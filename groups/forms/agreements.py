"""The form that keeps an agreement until the next day to look at it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.proposals import LOOK_AGAIN


class KeepAgreementForm(forms.Form):
    look_again_months = forms.TypedChoiceField(label=_("Look at it again"), choices=LOOK_AGAIN, coerce=int, initial=12)
