"""Forms in which attendance is ticked, counted, or said by oneself with the code of the room."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.choices import MembersField, members_of
from groups.models import Group, Membership


class AttendanceForm(forms.Form):
    """Who came, of those who are members now. `was`: who was ticked when the page was made, so that whoever
    enters the code meanwhile is not unticked by it.
    """

    came = MembersField(
        label=_("Who is here"),
        queryset=Membership.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    was = MembersField(queryset=Membership.objects.none(), required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, group: Group, ticked: Iterable[UUID], **kwargs: Any) -> None:
        here = list(ticked)
        super().__init__(*args, **kwargs)
        self.initial = {"came": here, "was": here}
        for name in ("came", "was"):
            self.fields[name].queryset = members_of(group)  # type: ignore[attr-defined]

    @property
    def newly_ticked(self) -> list[Membership]:
        was = set(self.cleaned_data["was"])
        return [member for member in self.cleaned_data["came"] if member not in was]

    @property
    def unticked(self) -> list[Membership]:
        came = set(self.cleaned_data["came"])
        return [member for member in self.cleaned_data["was"] if member not in came]


class HeadcountForm(forms.Form):
    peers = forms.IntegerField(label=_("Peers"), min_value=0, max_value=9_999, required=False)
    allies = forms.IntegerField(label=_("Allies"), min_value=0, max_value=9_999, required=False)


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^[0-9]{4}\Z",
        label=_("The four digits"),
        error_messages={"invalid": _("Four digits, such as 0427.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4}),
    )
