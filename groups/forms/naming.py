"""Forms that look for names and places in what was typed, and ask before it is saved."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.models import Group
from groups.naming import words_that_may_identify

# More than the longest form of ours holds.
_MOST = 30_000


class StayField(forms.MultipleChoiceField):
    """The words that were ticked. One that was ticked and is not in the text any more is no mistake."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        return [words for words in super().to_python(value) if self.valid_value(words)]


class WarnsOfNames(forms.Form):
    """Shows the words that may name somebody or a place: change them, or tick those that may stay.

    It never blocks: whoever ticks them all has said that they may stay.
    """

    # The fields whose words are looked at.
    looked_at: tuple[str, ...] = ()

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        self.found = self._found() if self.is_bound else []
        if self.found:
            self.fields["may_stay"] = StayField(
                label=_("May these words stay?"),
                help_text=_("Change them above, or tick those that lead to nobody."),
                choices=[(words, words) for words in self.found],
                required=False,
            )

    def _found(self) -> list[str]:
        handles = self.group.memberships.active().values_list("person__handle", flat=True)
        return words_that_may_identify(self._words_to_look_at()[:_MOST], handles=handles, area=self.group.area)

    def _words_to_look_at(self) -> str:
        """What was typed. Forms about words that are written already look at those."""
        return "\n".join(str(self.data.get(self.add_prefix(name), "")) for name in self.looked_at)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.found and set(self.found) - set(cleaned.pop("may_stay", [])):
            self.add_error(
                "may_stay", _("These words may name a person or a place. Change them, or tick those that may stay.")
            )
        return cleaned
