"""The form of an action item."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.choices import MemberField, members_of
from groups.forms.words import LineField
from groups.models import ActionItem, Group, Membership


class ActionItemForm(forms.Form):
    what = LineField(label=_("What needs doing?"), max_length=300)
    member = MemberField(
        label=_("Who does it"), queryset=Membership.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    due_on = forms.DateField(
        label=_("By"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Whoever does it is reminded the day before."),
    )

    def __init__(self, *args: Any, group: Group, item: ActionItem | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if item is not None:
            self.initial = {"what": item.what, "member": item.membership_id, "due_on": item.due_on}
        self.group = group
        self.fields["member"].queryset = members_of(group)  # type: ignore[attr-defined]

    def clean_due_on(self) -> date | None:
        day: date | None = self.cleaned_data["due_on"]
        # Written down afterwards it may be past; a year in the thousands is a slip of the finger.
        if day is not None and abs((day - self.group.today).days) > 730:
            raise forms.ValidationError(_("Choose a day within two years."))
        return day
