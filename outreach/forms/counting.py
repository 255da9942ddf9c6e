"""Numbers on steppers: the field, the row that the page draws, and a form that counts without script."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

MOST_ON_A_STEPPER = 999


@dataclass(frozen=True)
class Row:
    """One stepper as the page draws it."""

    name: str
    label: str
    icon: str
    value: Any
    most: int
    errors: SafeString | str
    summary: str = ""


class CountField(forms.IntegerField):
    """A number on a stepper, from 0. Left empty is 0."""

    def __init__(self, *, label: Any, most: int) -> None:
        self.most = most
        super().__init__(
            label=label,
            required=False,
            min_value=0,
            max_value=most,
            initial=0,
            error_messages={
                "invalid": gettext_lazy("Type a whole number, 0 or more."),
                "min_value": gettext_lazy("Type a whole number, 0 or more."),
                "max_value": gettext_lazy("This is more than fits here: the most is %(limit_value)s."),
            },
        )

    def clean(self, value: Any) -> int:
        return super().clean(value) or 0


class CountingForm(forms.Form):
    """A form in which every stepper also works as a button that sends it: counted, shown again, nothing saved."""

    def show_stepped(self, typed: QueryDict) -> None:
        """Show what was typed, with one number changed, and judge nothing yet. Call once all fields are there."""
        changed = self._stepped(typed)
        self.initial = {
            name: field.widget.value_from_datadict(changed, {}, name) for name, field in self.fields.items()
        }

    def _stepped(self, typed: QueryDict) -> QueryDict:
        """What was typed with one number changed, `step=<field>:+1`. A step that makes no sense changes nothing."""
        changed = typed.copy()
        name, separator, by = typed.get("step", "").rpartition(":")
        field = self.fields.get(name)
        if separator and isinstance(field, CountField):
            try:
                count = int(changed.get(name) or 0) + int(by)
            except ValueError:
                return changed
            changed[name] = str(min(max(count, 0), field.most))
        return changed

    def row(self, name: str, icon: str, summary: str = "") -> Row:
        bound, field = self[name], self.fields[name]
        assert isinstance(field, CountField)
        value = bound.value()
        # What is not a number is shown as it was typed, beside its error.
        with suppress(ValueError):
            value = int(value or 0)
        errors = bound.errors.as_ul() if bound.errors else ""
        return Row(name, str(bound.label), icon, value, field.most, errors, summary)
