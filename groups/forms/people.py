"""Sign-in, account and profile forms."""

import zoneinfo
from functools import cache
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, SignupForm
from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from groups.models import Person


def language_choices() -> list[tuple[str, str]]:
    """Each language under its own name: that is how its speakers find it."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


@cache
def time_zone_choices() -> list[tuple[str, str]]:
    zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Handle")
        self.fields["password"].label = _("Passphrase")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs.update({"autocapitalize": "none", "spellcheck": "false"})


class SignUpForm(SignupForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        handle, first, again = (self.fields[name] for name in ("username", "password1", "password2"))
        handle.label = _("Handle")
        handle.help_text = _("What others in your groups will see. Not your real name. 3 to 32 letters or digits.")
        first.label = _("Passphrase")
        first.help_text = _(
            "At least 12 characters: four words that only you would put together work well. "
            "There is no e-mail to get back in with, so choose one you will remember."
        )
        again.label = _("Passphrase, once more")
        for field in (handle, first, again):
            field.widget.attrs.pop("placeholder", None)
        handle.widget.attrs.update({"autocapitalize": "none", "spellcheck": "false"})


class PassphraseForm(ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now, new, again = (self.fields[name] for name in ("oldpassword", "password1", "password2"))
        now.label, new.label, again.label = _("Passphrase now"), _("New passphrase"), _("New passphrase, once more")
        now.help_text = ""
        new.help_text = _("At least 12 characters. It must not be like your handle.")
        for field in (now, new, again):
            field.widget.attrs.pop("placeholder", None)


class IsItYouForm(ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Passphrase")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class ProfileForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=language_choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    email = forms.EmailField(
        label=_("E-mail for reminders"),
        required=False,
        max_length=254,
        help_text=_("Not needed. If you give one, reminders go there too, in neutral words. Nobody else sees it."),
    )

    @classmethod
    def of(cls, person: Person, data: Any = None) -> "ProfileForm":
        initial = {"language": person.language, "time_zone": person.time_zone, "email": person.email}
        return cls(data, initial=initial)
