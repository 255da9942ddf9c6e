"""What there is to do, by whom, until when."""

from typing import Any

from groups import access, actions
from groups.api.shown import Shown
from groups.api.views import Done, GroupView, Listed, Made
from groups.forms import ActionItemForm
from groups.models import ActionItem, Scope


class ActionItemSerializer(Shown):
    class Meta:
        model = ActionItem
        fields = ("id", "meeting", "what", "membership", "due_on", "made_at", "done_at")


class ActionItemList(GroupView, Listed):
    """All of the group's, the newest first."""

    scopes = {"GET": Scope.MEETINGS_READ}
    serializer_class = ActionItemSerializer
    queryset = ActionItem.objects.none()

    def rows(self) -> Any:
        return self.group.action_items.select_related("group").order_by("-made_at", "pk")


class ActionItemAdd(GroupView, Made):
    """Written down in a meeting."""

    scopes = {"POST": Scope.MEETINGS_WRITE}
    serializer_class = ActionItemSerializer
    form = ActionItemForm
    queryset = ActionItem.objects.none()

    def form_facts(self) -> dict[str, Any]:
        return {"group": self.group}

    def make(self) -> ActionItem:
        meeting = access.meeting(self.membership, self.kwargs["pk"])
        return actions.add_action_item(by=self.membership, meeting=meeting, **self.facts())


class ActionItemDone(GroupView, Done):
    scopes = {"POST": Scope.MEETINGS_WRITE}
    serializer_class = ActionItemSerializer
    queryset = ActionItem.objects.none()

    def do(self) -> ActionItem:
        item = access.action_item(self.membership, self.kwargs["pk"])
        actions.finish_action_item(by=self.membership, item=item)
        return access.action_item(self.membership, item.pk)
