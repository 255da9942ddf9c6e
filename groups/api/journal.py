"""Who did what: ids only, as on the page, with the numbers and hashes that let a program check the chain."""

from typing import Any

from rest_framework import serializers

from groups.api.shown import Shown
from groups.api.views import GroupView, Listed
from groups.models import JournalEntry, Scope


class JournalEntrySerializer(Shown):
    described = serializers.CharField()

    class Meta:
        model = JournalEntry
        fields = (
            "number", "at", "actor", "verb", "described", "object_kind", "object_id", "previous_hash", "hash",
        )  # fmt: skip


class Journal(GroupView, Listed):
    """Newest first."""

    scopes = {"GET": Scope.JOURNAL_READ}
    serializer_class = JournalEntrySerializer
    queryset = JournalEntry.objects.none()

    def rows(self) -> Any:
        return JournalEntry.objects.filter(group=self.group).order_by("-number")
