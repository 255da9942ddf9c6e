"""The register of agreements."""

from typing import Any

from groups import access
from groups.api.shown import Shown
from groups.api.views import GroupView, Listed, Single
from groups.models import Agreement, Scope


class AgreementSerializer(Shown):
    class Meta:
        model = Agreement
        fields = ("id", "proposal", "title", "text", "agreed_on", "look_again_on", "ended_on", "replaced_by")


class AgreementList(GroupView, Listed):
    """What holds and what held, the newest first."""

    scopes = {"GET": Scope.DECISIONS_READ}
    serializer_class = AgreementSerializer
    queryset = Agreement.objects.none()

    def rows(self) -> Any:
        return Agreement.objects.filter(group=self.group).select_related("group").order_by("-agreed_on", "pk")


class AgreementDetail(GroupView, Single):
    scopes = {"GET": Scope.DECISIONS_READ}
    serializer_class = AgreementSerializer
    queryset = Agreement.objects.none()

    def thing(self) -> Agreement:
        return access.agreement(self.membership, self.kwargs["pk"])
