"""Forms of the ledger."""

import re
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.words import LineField
from groups.models import Group, Membership, Payment, Purpose
from hrplatform import money

# What people write between thousands: nothing, spaces of any kind, an apostrophe.
_BETWEEN = re.compile(r"[\s'’]")
_AMOUNT = re.compile(r"(\d{1,11})(?:[.,](\d{1,3}))?")
A_NEW_ONE = "new"


class AmountField(forms.CharField):
    """An amount in a group's currency; gives the whole number of its smallest unit. Takes a dot or a comma."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> int:
        text = _BETWEEN.sub("", super().clean(value))
        found = _AMOUNT.fullmatch(text)
        fraction = (found and found[2]) or ""
        if found is None or not text.isascii() or len(fraction) > money.digits_of(self.currency):
            raise forms.ValidationError(_("Write a number such as 12.50."), code="amount")
        amount = money.from_decimal(Decimal(f"{found[1]}.{fraction or 0}"), self.currency)
        if not 0 < amount <= Payment.MOST:
            raise forms.ValidationError(
                _("Write an amount above 0 and up to %(most)s.")
                % {"most": money.as_words(Payment.MOST, self.currency)},
                code="amount",
            )
        return amount


class LedgerForm(forms.Form):
    """What every row of the ledger says: how much, what for. Remembers itself, so that two taps make one row."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    purpose = forms.ChoiceField(label=_("Purpose"), help_text=_("Balances are counted for each purpose."))
    new_purpose = LineField(
        label=_("Name of the new purpose"),
        max_length=60,
        required=False,
        help_text=_("Only when you chose a new purpose. Such as stipends, tea, bus tickets."),
    )
    what_for = LineField(
        label=_("What for"),
        max_length=120,
        required=False,
        help_text=_("The work or the things. Never a name. It is not on the receipt."),
    )

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(
            label=_("Amount in %(currency)s") % {"currency": group.currency}, currency=group.currency
        )
        names = list(Purpose.objects.filter(group=group).order_by("name").values_list("name", flat=True))
        # Marked, so that a purpose may have any name.
        choices = [(f"={name}", name) for name in names]
        self.fields["purpose"].choices = [*choices, (A_NEW_ONE, _("a new purpose"))]  # type: ignore[attr-defined]
        self.order_fields(self.order)

    order: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        new = cleaned.pop("new_purpose", "")
        if cleaned.get("purpose") == A_NEW_ONE:
            if not new and "new_purpose" not in self.errors:
                self.add_error("new_purpose", _("Give the new purpose a name."))
            cleaned["purpose"] = new
        elif "purpose" in cleaned:
            cleaned["purpose"] = cleaned["purpose"].removeprefix("=")
        return cleaned


class MoneyForm(LedgerForm):
    """Money that came in, or that was spent on things."""

    order = ("kind", "amount", "purpose", "new_purpose", "what_for", "form_key")
    kind = forms.ChoiceField(
        label=_("What happened"),
        choices=[
            (Payment.Kind.RECEIVED, _("Money came in")),
            (Payment.Kind.PAID, _("Money was spent on things")),
        ],
        widget=forms.RadioSelect,
        initial=Payment.Kind.RECEIVED,
    )


class AgreePaymentForm(LedgerForm):
    """What a member will be paid, written down before the work."""

    order = ("member", "amount", "purpose", "new_purpose", "what_for", "form_key")

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, group=group, **kwargs)
        members = Membership.objects.active().filter(group=group).select_related("person").order_by("person__handle")
        self.fields["member"] = MemberField(label=_("With whom"), queryset=members)
        self.order_fields(self.order)


class MemberField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of a group's members, called by their handle."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.person)


class CurrencyForm(forms.Form):
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=[(code, code) for code in money.CURRENCIES],
        help_text=_("Once something is written down it stays."),
    )
