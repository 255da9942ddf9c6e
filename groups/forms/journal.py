"""What to look for in the journal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class JournalForm(forms.Form):
    what = forms.ChoiceField(label=_("What"), required=False)
    month = forms.ChoiceField(label=_("Month"), required=False)

    def __init__(self, *args: Any, verbs: list[tuple[str, str]], months: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [("", _("everything")), *verbs]  # type: ignore[attr-defined]
        self.fields["month"].choices = [("", _("all months")), *months]  # type: ignore[attr-defined]
