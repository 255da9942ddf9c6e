"""Fields in which members of one group are chosen. The form says which group."""

from django import forms

from groups.models import Group, Membership
from groups.models.memberships import MembershipQuerySet


def members_of(group: Group) -> MembershipQuerySet:
    return Membership.objects.active().filter(group=group).select_related("person").order_by("person__handle")


class MemberField(forms.ModelChoiceField[Membership]):
    """One member of the group, or nobody yet."""

    def label_from_instance(self, obj: Membership) -> str:
        return obj.person.handle


class MembersField(forms.ModelMultipleChoiceField[Membership]):
    """Members of one group, by handle."""

    def label_from_instance(self, obj: Membership) -> str:
        return obj.person.handle
