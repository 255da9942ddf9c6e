"""The form that takes everything along, and the one of whoever comes back."""

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _


class TakeAlongForm(forms.Form):
    passphrase = forms.CharField(
        label=_("Passphrase for the file"),
        required=False,
        min_length=12,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "With one, only this software opens the file, and nobody without it. Without one, anybody reads it."
        ),
    )


class ComeBackForm(SetPasswordForm):  # type: ignore[type-arg]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        first, again = self.fields["new_password1"], self.fields["new_password2"]
        first.label, again.label = _("New passphrase"), _("New passphrase, once more")
        first.help_text = _("At least 12 characters. It must not be like your handle.")
        again.help_text = ""
