"""Forms of rights records: what happened, what was done about it, and three separate consents."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from groups.forms.naming import WarnsOfNames
from groups.forms.words import EntryField, LineField, TextField
from groups.models import RightsRecord

MONTHS_BACK = 60


class ConsentsForm(WarnsOfNames):
    """Three separate questions, each answered no until somebody says yes."""

    consent_help = forms.BooleanField(
        label=_("Help: we may ask others to help with this"),
        required=False,
    )
    consent_statistics = forms.BooleanField(
        label=_("Counts: we may count this, without any words"),
        required=False,
    )
    consent_publication = forms.BooleanField(
        label=_("Publication: we may tell what happened, without name or place"),
        required=False,
    )


class RightsForm(ConsentsForm):
    looked_at = ("place", "what", "response")

    month = forms.ChoiceField(label=_("When"))
    day = forms.IntegerField(
        label=_("Day of the month"),
        min_value=1,
        max_value=31,
        required=False,
        help_text=_("Only when it matters, for a complaint. The month is enough."),
    )
    place = LineField(
        label=_("About where"), max_length=120, required=False, help_text=_("A kind of place or a part of town.")
    )
    whom = forms.ChoiceField(label=_("Whom it happened to"), choices=RightsRecord.Whom)
    actor = forms.ChoiceField(label=_("Who did it"), choices=RightsRecord.Actor)
    violation = forms.ChoiceField(label=_("What it was"), choices=RightsRecord.Violation)
    what = TextField(label=_("What happened"), max_length=3000, help_text=_("No names, nothing that shows who it was."))
    response = TextField(label=_("What was done about it first"), max_length=3000, required=False)
    entry = EntryField()

    field_order = ("violation", "actor", "whom", "month", "day", "place", "what", "response")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["month"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.isoformat(), _in_words(each)) for each in months_back(self.group.today)]

    def clean_month(self) -> date:
        return date.fromisoformat(self.cleaned_data["month"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        month, day = cleaned.get("month"), cleaned.get("day")
        if month and day:
            try:
                is_over = month.replace(day=day) <= self.group.today
            except ValueError:
                self.add_error("day", _("This month has no such day."))
            else:
                if not is_over:
                    self.add_error("day", _("This day is still to come."))
        cleaned["day"] = str(day or "")
        return cleaned


class FollowUpForm(ConsentsForm):
    looked_at = ("response", "outcome")

    response = TextField(label=_("What was done about it first"), max_length=3000, required=False)
    outcome = TextField(label=_("What came of it"), max_length=3000, required=False)

    field_order = ("response", "outcome")

    @staticmethod
    def words_of(record: RightsRecord) -> dict[str, Any]:
        names = ("response", "outcome", "consent_help", "consent_statistics", "consent_publication")
        return {name: getattr(record, name) for name in names}


def months_back(today: date) -> list[date]:
    """This month and those before it, for as long as records are kept."""
    newest = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(newest, newest - MONTHS_BACK, -1)]


def _in_words(month: date) -> str:
    return date_format(month, pgettext("Django date format: month and year", "F Y"))
