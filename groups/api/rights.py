"""Rights records: any member writes one down; who wrote it and who coordinates read it."""

from typing import Any

from groups import access
from groups.actions import rights as actions
from groups.api.shown import Shown
from groups.api.views import GroupView, Listed, Made, Single
from groups.forms.rights import RightsForm
from groups.models import RightsRecord, Scope


class RightsRecordSerializer(Shown):
    class Meta:
        model = RightsRecord
        fields = (
            "id", "recorded_on", "month", "day", "place", "whom", "actor", "violation", "what", "response", "outcome",
            "consent_help", "consent_statistics", "consent_publication",
        )  # fmt: skip


class RightsList(GroupView, Listed, Made):
    """Those that you may read: your own, and whoever coordinates all."""

    scopes = {"GET": Scope.RIGHTS_READ, "POST": Scope.RIGHTS_WRITE}
    serializer_class = RightsRecordSerializer
    form = RightsForm
    queryset = RightsRecord.objects.none()

    def rows(self) -> Any:
        return RightsRecord.objects.readable_by(self.membership).select_related("group").newest_first()

    def form_facts(self) -> dict[str, Any]:
        return {"group": self.group}

    def make(self) -> RightsRecord:
        return actions.record_rights(by=self.membership, **self.facts())


class RightsDetail(GroupView, Single):
    scopes = {"GET": Scope.RIGHTS_READ}
    serializer_class = RightsRecordSerializer
    queryset = RightsRecord.objects.none()

    def thing(self) -> RightsRecord:
        return access.rights_record(self.membership, self.kwargs["pk"])
