"""Who asks to join: shown to members, answered on the page."""

from typing import Any

from rest_framework import serializers

from groups.api.shown import Shown
from groups.api.views import GroupView, Listed
from groups.models import Application, Scope


class ApplicationSerializer(Shown):
    handle = serializers.CharField(source="person.handle")

    class Meta:
        model = Application
        fields = ("id", "handle", "state", "applied_on")


class ApplicationList(GroupView, Listed):
    """Those that wait for an answer, the oldest first."""

    scopes = {"GET": Scope.GROUPS_READ}
    serializer_class = ApplicationSerializer
    queryset = Application.objects.none()

    def rows(self) -> Any:
        return self.group.applications.waiting().select_related("person").order_by("applied_on", "pk")
