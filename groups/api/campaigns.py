"""Campaigns: what a group wants from somebody outside."""

from typing import Any

from groups import access
from groups.actions import campaigns as actions
from groups.api.shown import Shown
from groups.api.views import GroupView, Listed, Made, Single
from groups.forms.campaigns import CampaignForm
from groups.models import Campaign, Scope


class CampaignSerializer(Shown):
    class Meta:
        model = Campaign
        fields = ("id", "begun_on", "state", "title", "demand", "target", "allies", "result")


class CampaignList(GroupView, Listed, Made):
    scopes = {"GET": Scope.RIGHTS_READ, "POST": Scope.RIGHTS_WRITE}
    serializer_class = CampaignSerializer
    form = CampaignForm
    queryset = Campaign.objects.none()

    def rows(self) -> Any:
        return Campaign.objects.filter(group=self.group).select_related("group").newest_first()

    def make(self) -> Campaign:
        return actions.start_campaign(by=self.membership, **self.facts())


class CampaignDetail(GroupView, Single):
    scopes = {"GET": Scope.RIGHTS_READ}
    serializer_class = CampaignSerializer
    queryset = Campaign.objects.none()

    def thing(self) -> Campaign:
        return access.campaign(self.membership, self.kwargs["pk"])
