"""Meetings: read by members, scheduled and called off by whoever coordinates."""

from typing import Any

from groups import access, actions
from groups.api.shown import Shown
from groups.api.views import Done, GroupView, Listed, Made, Single
from groups.forms import MeetingForm
from groups.models import Meeting, Power, Scope


class MeetingSerializer(Shown):
    class Meta:
        model = Meeting
        fields = ("id", "series", "title", "place", "starts_at", "duration_minutes", "cancelled_at", "minutes")


class MeetingList(GroupView, Listed, Made):
    """All meetings, the furthest ahead first. Times are sent as in the group's own zone."""

    scopes = {"GET": Scope.MEETINGS_READ, "POST": Scope.MEETINGS_WRITE}
    serializer_class = MeetingSerializer
    form = MeetingForm
    queryset = Meeting.objects.none()

    def rows(self) -> Any:
        return self.group.meetings.select_related("group").order_by("-starts_at", "pk")

    def form_facts(self) -> dict[str, Any]:
        return {"group": self.group}

    def make(self) -> Meeting:
        access.require(self.membership, Power.COORDINATE)
        sent = self.facts()
        facts = {name: sent[name] for name in ("title", "starts", "duration_minutes", "place", "stipend")}
        return actions.schedule_meeting(by=self.membership, repeats=sent["recurrence"], **facts)


class MeetingDetail(GroupView, Single):
    scopes = {"GET": Scope.MEETINGS_READ}
    serializer_class = MeetingSerializer
    queryset = Meeting.objects.none()

    def thing(self) -> Meeting:
        return access.meeting(self.membership, self.kwargs["pk"])


class MeetingCancel(GroupView, Done):
    scopes = {"POST": Scope.MEETINGS_WRITE}
    serializer_class = MeetingSerializer
    queryset = Meeting.objects.none()

    def do(self) -> Meeting:
        meeting = access.meeting(self.membership, self.kwargs["pk"])
        actions.cancel_meeting(by=self.membership, meeting=meeting)
        return meeting
