"""Writing the ledger. Whoever writes takes the group's turn first, so numbers have no gap and nothing is paid twice."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, override

from groups import access
from groups.actions.journal import record
from groups.models import Group, Meeting, Membership, Payment, Power, Purpose
from hrplatform import money


class LedgerBegun(Exception):
    """There are rows already: their currency stays."""


class NotOpen(Exception):
    """What was agreed is paid or taken back already, or has been paid and cannot be taken back before that is."""


@transaction.atomic
def choose_currency(*, by: Membership, currency: str) -> None:
    """Say in which money this group counts. Raises LedgerBegun."""
    access.require(by, Power.TREASURER)
    _take_turn(by.group)
    if by.group.currency == currency:
        return
    if Payment.objects.filter(group=by.group).exists():
        raise LedgerBegun
    by.group.currency = currency
    by.group.save(update_fields=["currency"])
    record(by=by, group=by.group, verb="choose_currency", on=by.group)


@transaction.atomic
def receive_money(*, by: Membership, purpose: str, amount: int, what_for: str = "", form_key: UUID) -> Payment:
    """Write down what came in for a purpose. `amount`: above 0, in the smallest unit. Sent twice it is one row."""
    access.require(by, Power.TREASURER)
    payment, is_new = _write_once(
        by, purpose=purpose, form_key=form_key, kind=Payment.Kind.RECEIVED, amount=amount, what_for=what_for
    )
    if is_new:
        record(by=by, group=by.group, verb="receive_money", on=payment)
    return payment


@transaction.atomic
def spend_money(*, by: Membership, purpose: str, amount: int, what_for: str = "", form_key: UUID) -> Payment:
    """Write down what was paid for things. Money for people is agreed first: agree_payment, then pay."""
    access.require(by, Power.TREASURER)
    payment, is_new = _write_once(
        by, purpose=purpose, form_key=form_key, kind=Payment.Kind.PAID, amount=amount, what_for=what_for
    )
    if is_new:
        record(by=by, group=by.group, verb="spend_money", on=payment)
    return payment


@transaction.atomic
def agree_payment(
    *, by: Membership, member: Membership, purpose: str, amount: int, what_for: str = "", form_key: UUID
) -> Payment:
    """Agree with a member, before the work, what it will be paid."""
    access.require(by, Power.TREASURER)
    payment, is_new = _write_once(
        by, purpose=purpose, form_key=form_key, kind=Payment.Kind.AGREED, amount=amount, what_for=what_for, payee=member
    )
    if is_new:
        record(by=by, group=by.group, verb="agree_payment", on=payment)
    return payment


@transaction.atomic
def agree_stipend(*, by: Membership, meeting: Meeting, member: Membership) -> Payment | None:
    """What a meeting pays for coming, when someone's attendance is written down: once for each meeting and member.

    Agreed before the work: the stipend was set when the meeting was scheduled. None where the meeting has none.
    """
    if not meeting.stipend or not by.group.currency:
        return None
    _take_turn(by.group)
    agreed = Payment.objects.stipends_of(meeting.pk, member).first()
    if agreed is not None:
        return agreed
    agreed = _write(
        by.group,
        kind=Payment.Kind.AGREED,
        purpose=_purpose_of_stipends(by.group),
        amount=money.from_decimal(meeting.stipend, by.group.currency),
        payee=member,
        for_meeting=meeting.pk,
    )
    record(by=by, group=by.group, verb="agree_stipend", on=agreed)
    return agreed


@transaction.atomic
def take_back_stipend(*, by: Membership, meeting: Meeting, member: Membership) -> None:
    """When attendance was written down by mistake. What was paid already stays, for the treasurer to put right."""
    _take_turn(by.group)
    for agreed in Payment.objects.stipends_of(meeting.pk, member).with_state():
        if agreed.is_open:
            _counter(by, agreed)


@transaction.atomic
def pay(*, by: Membership, agreed: Payment) -> Payment:
    """Write down that what was agreed is paid, in full. Raises NotOpen; pressed twice, it is paid once."""
    access.require(by, Power.TREASURER)
    agreed = _as_it_stands(by.group, agreed)
    if not agreed.is_open:
        raise NotOpen
    paid = _write(
        by.group,
        kind=Payment.Kind.PAID,
        purpose=agreed.purpose,
        amount=agreed.amount,
        payee=agreed.payee,
        what_for=agreed.what_for,
        for_meeting=agreed.for_meeting,
        settles=agreed,
    )
    record(by=by, group=by.group, verb="pay", on=paid)
    return paid


@transaction.atomic
def counter(*, by: Membership, payment: Payment) -> Payment:
    """Put a row right that should not be there, by one that takes it back. Raises NotOpen."""
    access.require(by, Power.TREASURER)
    payment = _as_it_stands(by.group, payment)
    if not payment.may_be_countered:
        raise NotOpen
    return _counter(by, payment)


def _counter(by: Membership, payment: Payment) -> Payment:
    taken_back = _write(
        by.group,
        kind=payment.kind,
        purpose=payment.purpose,
        amount=-payment.amount,
        payee=payment.payee,
        for_meeting=payment.for_meeting,
        settles=payment.settles,
        counters=payment,
    )
    record(by=by, group=by.group, verb="counter_payment", on=taken_back)
    return taken_back


def _write_once(by: Membership, *, purpose: str, form_key: UUID, **facts: Any) -> tuple[Payment, bool]:
    _take_turn(by.group)
    written = Payment.objects.filter(group=by.group, form_key=form_key).select_related("group").first()
    if written is not None:
        return written, False
    named, _made = Purpose.objects.get_or_create(group=by.group, name=purpose)
    return _write(by.group, purpose=named, form_key=form_key, **facts), True


def _write(group: Group, **facts: Any) -> Payment:
    last = Payment.objects.filter(group=group).order_by("-number").values_list("number", flat=True).first()
    return Payment.objects.create(group=group, number=(last or 0) + 1, on=group.today, **facts)


def _as_it_stands(group: Group, payment: Payment) -> Payment:
    """The row as it is once it is this writer's turn: whoever was before may have paid it."""
    _take_turn(group)
    return Payment.objects.with_state().get(pk=payment.pk, group=group)


def _take_turn(group: Group) -> None:
    Group.objects.select_for_update(no_key=True).only("pk").get(pk=group.pk)


def _purpose_of_stipends(group: Group) -> Purpose:
    """The one that meetings write to; made, and named in the group's language, when there is none."""
    found = Purpose.objects.filter(group=group, is_for_stipends=True).first()
    if found is not None:
        return found
    with override(group.language):
        name = gettext("Stipends for meetings")
    purpose, _made = Purpose.objects.get_or_create(group=group, name=name)
    purpose.is_for_stipends = True
    purpose.save(update_fields=["is_for_stipends"])
    return purpose
