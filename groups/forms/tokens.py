"""The form that makes a token."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.words import LineField
from groups.models import Scope
from groups.models.memberships import MembershipQuerySet

# No address writes payments so far: nobody should be asked about what opens nothing.
_OFFERED = [(scope.value, scope.label) for scope in Scope if scope != Scope.PAYMENTS_WRITE]


class TokenForm(forms.Form):
    name = LineField(
        label=_("What it is for"), max_length=60, help_text=_("So that you know it again. Only you see it.")
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), choices=_OFFERED, widget=forms.CheckboxSelectMultiple)
    group = forms.ChoiceField(label=_("Where"), required=False)
    days = forms.TypedChoiceField(
        label=_("Works for"),
        choices=[(7, _("one week")), (30, _("30 days")), (90, _("90 days")), (365, _("one year"))],
        coerce=int,
        initial=90,
    )

    def __init__(self, *args: Any, memberships: MembershipQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.memberships = {str(each.pk): each for each in memberships}
        names = [(pk, each.group.name) for pk, each in self.memberships.items()]
        self.fields["group"] = forms.ChoiceField(
            label=_("Where"), required=False, choices=[("", _("all my groups")), *names]
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["membership"] = self.memberships.get(cleaned.pop("group", ""))
        return cleaned
