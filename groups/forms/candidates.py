"""Whom to ask to stand for election."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.models import Membership, Proposal


class AskCandidateForm(forms.Form):
    member = forms.ModelChoiceField(label=_("Ask a member to stand"), queryset=Membership.objects.none())

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        member = self.fields["member"]
        assert isinstance(member, forms.ModelChoiceField)
        on_the_list = proposal.options.filter(membership__isnull=False).values("membership")
        member.queryset = (
            Membership.objects.active()
            .filter(group=proposal.group)
            .exclude(pk__in=on_the_list)
            .select_related("person")
            .order_by("person__handle")
        )
        member.label_from_instance = _handle_of  # type: ignore[assignment]


def _handle_of(member: Membership) -> str:
    return str(member.person.handle)
