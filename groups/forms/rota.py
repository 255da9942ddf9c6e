"""Forms for taking turns."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.choices import MemberField, members_of
from groups.models import Group, MeetingTask, Membership


class RotaForm(forms.Form):
    tasks = forms.MultipleChoiceField(
        label=_("I take turns to"), choices=MeetingTask, required=False, widget=forms.CheckboxSelectMultiple
    )


class PassForm(forms.Form):
    """To whom a turn goes: to someone one has spoken with, or to whoever is next."""

    to = MemberField(
        label=_("Who takes it"), queryset=Membership.objects.none(), required=False, empty_label=_("Whoever is next")
    )

    def __init__(self, *args: Any, group: Group, holder: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = members_of(group).exclude(pk=holder.pk)  # type: ignore[attr-defined]
