"""Members: handles and powers. Who is a peer and who an ally is nobody's business one by one."""

from typing import Any

from rest_framework import serializers

from groups.api.shown import Shown
from groups.api.views import GroupView, Listed
from groups.models import Membership, Scope


class MemberSerializer(Shown):
    handle = serializers.CharField(source="person.handle")
    powers = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = ("id", "handle", "powers", "joined_on")

    def get_powers(self, membership: Membership) -> list[str]:
        return sorted(membership.powers)


class MemberList(GroupView, Listed):
    scopes = {"GET": Scope.GROUPS_READ}
    serializer_class = MemberSerializer
    queryset = Membership.objects.none()

    def rows(self) -> Any:
        return Membership.objects.active().with_roles().filter(group=self.group).order_by("person__handle", "pk")
