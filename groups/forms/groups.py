"""Forms for groups, members, invitations."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.memberships import standing_field
from groups.forms.people import language_choices, time_zone_choices
from groups.forms.words import LineField
from groups.models import Group, Power


class FoundGroupForm(forms.Form):
    """One short form for either way of acting together."""

    kind = forms.ChoiceField(
        label=_("What are you starting?"),
        choices=[
            (Group.Kind.CIRCLE, _("A circle: a few of us looking after each other. No officers. Nobody else sees it.")),
            (Group.Kind.ORGANIZATION, _("An organization: members, roles with terms, meetings, supplies, reports.")),
        ],
        widget=forms.RadioSelect,
        initial=Group.Kind.CIRCLE,
    )
    name = LineField(label=_("Name"), max_length=80)
    language = forms.ChoiceField(label=_("Language"), choices=language_choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    standing = standing_field()


class GroupForm(forms.ModelForm[Group]):
    """What a group says about itself."""

    class Meta:
        model = Group
        fields = (
            "name",
            "area",
            "about",
            "how_to_reach",
            "visibility",
            "shows_meetings",
            "origin",
            "language",
            "time_zone",
        )
        widgets = {
            "about": forms.Textarea(attrs={"rows": 4}),
            "how_to_reach": forms.Textarea(attrs={"rows": 2}),
            "visibility": forms.RadioSelect,
            "origin": forms.RadioSelect,
        }
        field_classes = {"name": LineField, "area": LineField}
        help_texts = {
            "area": _("A town or a part of one. Never an address."),
            "how_to_reach": _("A place, hours or number that anyone may have. Shown only when the group is public."),
            "shows_meetings": _("Weekday and time of regular meetings. Never the place."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=language_choices)
        self.fields["time_zone"] = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
        if self.instance.is_circle:
            # A circle is not found unless its members tell someone.
            del self.fields["visibility"], self.fields["how_to_reach"], self.fields["shows_meetings"]
        elif self.instance.is_network:
            # One that nobody sees could not be asked.
            seen = [choice for choice in Group.Visibility.choices if choice[0] != Group.Visibility.UNLISTED]
            self.fields["visibility"].choices = seen  # type: ignore[attr-defined]


class InvitationForm(forms.Form):
    maximum_uses = forms.IntegerField(label=_("For how many people"), min_value=1, max_value=100, initial=1)
    days = forms.TypedChoiceField(
        label=_("Works for"),
        choices=[(1, _("one day")), (7, _("one week")), (30, _("30 days"))],
        coerce=int,
        initial=7,
    )


class PowersForm(forms.Form):
    powers = forms.MultipleChoiceField(
        label=_("This member may"), choices=Power, widget=forms.CheckboxSelectMultiple, required=False
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("On that day the powers go back to the group by themselves. Leave empty for no end."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        until = cleaned.get("until")
        if until and until <= date.today():
            self.add_error("until", _("Choose a day after today."))
        return cleaned
