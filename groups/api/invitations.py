"""Invitations: made, listed, taken back by whoever coordinates. The link is shown once, to whoever made it."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from groups import access, actions
from groups.api.shown import Shown
from groups.api.views import Done, GroupView, Listed
from groups.forms import InvitationForm
from groups.models import Invitation, Power, Scope


class InvitationSerializer(Shown):
    link = serializers.SerializerMethodField(help_text="Only in the answer to making it. It is stored nowhere.")

    class Meta:
        model = Invitation
        fields = ("id", "expires_at", "maximum_uses", "uses", "revoked_at", "link")

    def get_link(self, invitation: Invitation) -> str | None:
        token = self.context.get("token")
        return settings.SITE_URL + reverse("groups:join", args=[token]) if token else None


class InvitationList(GroupView, Listed):
    scopes = {"GET": Scope.GROUPS_READ, "POST": Scope.GROUPS_WRITE}
    serializer_class = InvitationSerializer
    form = InvitationForm
    queryset = Invitation.objects.none()

    def rows(self) -> Any:
        access.require(self.membership, Power.COORDINATE)
        return Invitation.objects.usable().filter(group=self.group).order_by("-expires_at", "pk")

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        access.require(self.membership, Power.COORDINATE)
        invitation, token = actions.invite(by=self.membership, **self.facts())
        shown = self.serializer_class(invitation, context={"token": token})
        return Response(shown.data, status=201)

    def status_of(self, method: str) -> int:
        return 201 if method == "POST" else 200


class InvitationRevoke(GroupView, Done):
    scopes = {"POST": Scope.GROUPS_WRITE}
    serializer_class = InvitationSerializer
    queryset = Invitation.objects.none()

    def do(self) -> Invitation:
        access.require(self.membership, Power.COORDINATE)
        invitation = access.invitation(self.membership, self.kwargs["pk"])
        actions.revoke_invitation(by=self.membership, invitation=invitation)
        return invitation
