"""One group: what it says about itself, and who did what in it."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from groups import access, actions
from groups.api.shown import Shown
from groups.api.views import GroupView, Single
from groups.forms import GroupForm
from groups.models import Group, Power, Scope


class GroupSerializer(Shown):
    members = serializers.SerializerMethodField()

    class Meta:
        model = Group
        fields = (
            "id", "slug", "kind", "name", "origin", "visibility", "area", "about", "how_to_reach", "language",
            "time_zone", "founded_on", "members",
        )  # fmt: skip

    def get_members(self, group: Group) -> int:
        return group.memberships.active().count()


class GroupDetail(GroupView, Single):
    """The group. PUT says anew what it says about itself: all of it, by whoever coordinates."""

    scopes = {"GET": Scope.GROUPS_READ, "PUT": Scope.GROUPS_WRITE}
    serializer_class = GroupSerializer
    form = GroupForm
    queryset = Group.objects.none()

    def thing(self) -> Group:
        return self.group

    def form_facts(self) -> dict[str, Any]:
        return {"instance": self.group}

    def put(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        access.require(self.membership, Power.COORDINATE)
        return self.shown(actions.describe_group(by=self.membership, **self.facts()))
