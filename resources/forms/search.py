from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """A few words. Too many are refused with a sentence, and stay in the field."""

    q = forms.CharField(
        label=_("What are you looking for?"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "enterkeyhint": "search", "maxlength": None}),
        error_messages={
            "max_length": _("That is too long for a search. Two or three words are enough."),
            "null_characters_not_allowed": _("There is a sign in this that cannot be read. Please write it again."),
        },
    )

    def clean_q(self) -> str:
        return str(self.cleaned_data["q"]).strip()
