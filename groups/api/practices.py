"""Practices: what we do among ourselves, in our own words."""

from typing import Any

from groups import access
from groups.actions import practices as actions
from groups.api.shown import Shown
from groups.api.views import GroupView, Listed, Made, Single
from groups.forms.practices import PracticeForm
from groups.models import Practice, Scope


class PracticeSerializer(Shown):
    class Meta:
        model = Practice
        fields = ("id", "written_on", "setting", "title", "what", "when", "hard", "changed")


class PracticeList(GroupView, Listed, Made):
    scopes = {"GET": Scope.GROUPS_READ, "POST": Scope.GROUPS_WRITE}
    serializer_class = PracticeSerializer
    form = PracticeForm
    queryset = Practice.objects.none()

    def rows(self) -> Any:
        return Practice.objects.filter(group=self.group).select_related("group").newest_first()

    def form_facts(self) -> dict[str, Any]:
        return {"group": self.group}

    def make(self) -> Practice:
        return actions.write_practice(by=self.membership, **self.facts())


class PracticeDetail(GroupView, Single):
    scopes = {"GET": Scope.GROUPS_READ}
    serializer_class = PracticeSerializer
    queryset = Practice.objects.none()

    def thing(self) -> Practice:
        return access.practice(self.membership, self.kwargs["pk"])
