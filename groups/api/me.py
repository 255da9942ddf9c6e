"""Oneself: where one is a member, and what one was told."""

from typing import Any

from rest_framework import serializers

from groups import access
from groups.api.shown import Shown
from groups.api.views import Listed
from groups.models import Membership, Reminder, Scope
from groups.wording import words


class OwnMembershipSerializer(Shown):
    group = serializers.CharField(source="group.slug", help_text="What stands for this group in every address.")
    name = serializers.CharField(source="group.name")
    kind = serializers.CharField(source="group.kind")
    powers = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = ("id", "group", "name", "kind", "powers", "joined_on")

    def get_powers(self, membership: Membership) -> list[str]:
        return sorted(membership.powers)


class Me(Listed):
    """The groups you are in, as far as this token reaches."""

    scopes = {"GET": Scope.GROUPS_READ}
    serializer_class = OwnMembershipSerializer
    queryset = Membership.objects.none()

    def rows(self) -> Any:
        return self.token.within(access.memberships_of(self.person)).order_by("joined_on", "pk")


class NoticeSerializer(Shown):
    words = serializers.SerializerMethodField()

    class Meta:
        model = Reminder
        fields = ("id", "occasion", "occasion_at", "sent_at", "read_at", "words")

    def get_words(self, notice: Reminder) -> str:
        return words(notice)


class Inbox(Listed):
    """What you were told in the app, newest first. The words are neutral, as on the page."""

    scopes = {"GET": Scope.INBOX_READ}
    serializer_class = NoticeSerializer
    queryset = Reminder.objects.none()

    def rows(self) -> Any:
        mine = Reminder.objects.inbox_of(self.person).select_related("person")
        if self.token.membership_id:
            mine = mine.filter(group__memberships=self.token.membership_id)
        return mine.order_by("-sent_at", "pk")
