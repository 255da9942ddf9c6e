"""Roles: what they carry, who holds them."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.words import LineField
from groups.models import Group, Membership, Power, Role

MOST_MEMBERS = 100


class RoleForm(forms.Form):
    name = LineField(label=_("Name"), max_length=60)
    powers = forms.MultipleChoiceField(
        label=_("Whoever holds it may"),
        choices=Power,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("A role can also carry no power, only a task."),
    )
    term_months = forms.IntegerField(
        label=_("Months a term lasts"),
        min_value=1,
        max_value=Role.LONGEST_TERM,
        initial=12,
        help_text=_("When members elect or trust somebody. Then the role goes back to the group by itself."),
    )
    trusted_by = forms.IntegerField(
        label=_("How many members have to trust someone with it"),
        min_value=1,
        max_value=MOST_MEMBERS,
        required=False,
        help_text=_("Leave empty, and it is given by election or agreement only. Never more than half of you."),
    )

    def __init__(self, *args: Any, group: Group, role: Role | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = Role.objects.in_use().filter(group=group)
        if role is not None:
            self.others = self.others.exclude(pk=role.pk)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.others.filter(name=name).exists():
            raise forms.ValidationError(_("You have a role of this name. Choose another."))
        return name


class MemberField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.person.handle)


class GiveRoleForm(forms.Form):
    member = MemberField(label=_("Member"), queryset=Membership.objects.none(), empty_label=_("Choose someone"))
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("On that day the role goes back to the group by itself. Leave empty for no end."),
    )

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.active().filter(group=group).select_related("person")
        field = self.fields["member"]
        assert isinstance(field, MemberField)
        field.queryset = members.order_by("person__handle")

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until <= date.today():
            raise forms.ValidationError(_("Choose a day after today."))
        return until
