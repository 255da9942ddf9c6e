"""The ledger: all of it for whoever keeps it or coordinates, for others what concerns themselves."""

from typing import Any

from rest_framework import serializers

from groups.api.shown import Shown
from groups.api.views import GroupView, Listed
from groups.models import Payment, Scope


class PaymentSerializer(Shown):
    purpose = serializers.CharField(source="purpose.name")

    class Meta:
        model = Payment
        fields = ("id", "number", "on", "kind", "purpose", "amount", "payee", "what_for", "settles", "counters")


class PaymentList(GroupView, Listed):
    """The newest first. Amounts are in the smallest unit of the group's currency."""

    scopes = {"GET": Scope.PAYMENTS_READ}
    serializer_class = PaymentSerializer
    queryset = Payment.objects.none()

    def rows(self) -> Any:
        found = self.group.payments.select_related("group", "purpose").newest_first()
        return found if self.membership.can_see_ledger else found.filter(payee=self.membership)
