"""Agendas: any member adds to one, and says what they want to talk about."""

from typing import Any

from rest_framework import serializers

from groups import access, actions
from groups.api.shown import Shown
from groups.api.views import Done, GroupView, Listed, Made
from groups.forms import AgendaItemForm
from groups.models import AgendaItem, Scope


class AgendaItemSerializer(Shown):
    support = serializers.IntegerField(source="supports.count", help_text="How many want to talk about it.")

    class Meta:
        model = AgendaItem
        fields = ("id", "meeting", "title", "note", "added_at", "origin", "support")


class ListedAgendaItemSerializer(AgendaItemSerializer):
    support = serializers.IntegerField()

    class Meta(AgendaItemSerializer.Meta):
        pass


class AgendaList(GroupView, Listed, Made):
    """Most supported first."""

    scopes = {"GET": Scope.MEETINGS_READ, "POST": Scope.MEETINGS_WRITE}
    serializer_class = ListedAgendaItemSerializer
    form = AgendaItemForm
    queryset = AgendaItem.objects.none()

    def rows(self) -> Any:
        meeting = access.meeting(self.membership, self.kwargs["pk"])
        return meeting.agenda_items.in_order().select_related("group")

    def make(self) -> AgendaItem:
        meeting = access.meeting(self.membership, self.kwargs["pk"])
        made = actions.add_agenda_item(by=self.membership, meeting=meeting, **self.facts())
        return AgendaItem.objects.in_order().select_related("group").get(pk=made.pk)


class AgendaSupport(GroupView, Done):
    scopes = {"POST": Scope.MEETINGS_WRITE}
    serializer_class = AgendaItemSerializer
    queryset = AgendaItem.objects.none()

    def do(self) -> AgendaItem:
        item = access.agenda_item(self.membership, self.kwargs["pk"])
        actions.support_agenda_item(by=self.membership, item=item)
        return item
