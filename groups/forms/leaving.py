"""Leaving: what happens with what one wrote."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class LeaveForm(forms.Form):
    words = forms.ChoiceField(
        label=_("What you wrote here"),
        choices=[
            ("stay", _("stays, without your name")),
            ("go", _("goes: the words are blanked, what is counted stays")),
        ],
        widget=forms.RadioSelect,
        initial="stay",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Two taps are enough: whoever chooses nothing leaves their words."""
        cleaned = super().clean() or {}
        return {"keep_words": cleaned.get("words") != "go"}


class EraseForm(LeaveForm):
    sure = forms.BooleanField(label=_("Yes, erase my account. I know that nobody can bring it back."))
    field_order = ("words", "sure")
