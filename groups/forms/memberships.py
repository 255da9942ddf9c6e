"""What someone says of themselves when they join, and later."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.models import Membership


def standing_field() -> forms.ChoiceField:
    """Peer or ally, as the person says. Every form that asks has a field of its own."""
    return forms.ChoiceField(
        label=_("You are"),
        choices=[
            (Membership.Standing.PEER, _("a peer: I use, or used, drugs")),
            (Membership.Standing.ALLY, _("an ally: I stand with people who do")),
        ],
        widget=forms.RadioSelect,
        initial=Membership.Standing.PEER,
        help_text=_("Nobody sees what you say here. The group is shown numbers only."),
    )


class StandingForm(forms.Form):
    standing = standing_field()
