"""The ledger: agreed before the work, paid once, never rewritten, true when people are erased."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, connection, transaction

from groups.actions import payments, taking_along
from groups.models import JournalEntry, Membership, Payment, Power, Purpose
from hrplatform import isolation
from tests.conftest import World


@pytest.fixture
def ledger(world: World, as_member):
    """The union's treasurer at work: Ana, who holds every power."""
    with as_member(world.ana):
        payments.choose_currency(by=world.ana, currency="USD")
        yield world.ana


def receive(by: Membership, amount: int = 50_000, purpose: str = "Stipends") -> Payment:
    return payments.receive_money(by=by, purpose=purpose, amount=amount, form_key=uuid4())


def agree(by: Membership, member: Membership, amount: int = 2_000, **facts) -> Payment:
    return payments.agree_payment(
        by=by, member=member, purpose="Stipends", amount=amount, **{"form_key": uuid4(), **facts}
    )


def balance(by: Membership, purpose: str = "Stipends") -> Purpose:
    return Purpose.objects.filter(group=by.group).with_balances().get(name=purpose)


def test_what_is_agreed_is_promised_and_what_is_paid_is_gone(ledger, world):
    receive(ledger, 50_000)
    agreed = agree(ledger, world.ben, 2_000)
    assert (balance(ledger).in_hand, balance(ledger).promised, balance(ledger).left) == (50_000, 2_000, 48_000)
    payments.pay(by=ledger, agreed=agreed)
    assert (balance(ledger).in_hand, balance(ledger).promised, balance(ledger).left) == (48_000, 0, 48_000)


def test_what_is_agreed_is_paid_once_however_often_it_is_pressed(ledger, world):
    agreed = agree(ledger, world.ben)
    payments.pay(by=ledger, agreed=agreed)
    with pytest.raises(payments.NotOpen):
        payments.pay(by=ledger, agreed=agreed)
    assert Payment.objects.filter(settles=agreed).count() == 1


def test_a_form_sent_twice_is_one_row(ledger):
    key = uuid4()
    for _again in range(2):
        payments.receive_money(by=ledger, purpose="Tea", amount=500, form_key=key)
    assert Payment.objects.count() == 1


def test_rows_are_numbered_without_a_gap_and_each_is_in_the_journal(ledger, world):
    receive(ledger)
    payments.pay(by=ledger, agreed=agree(ledger, world.ben))
    payments.spend_money(by=ledger, purpose="Tea", amount=300, form_key=uuid4())
    assert list(Payment.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]
    verbs = JournalEntry.objects.filter(object_kind="groups.Payment").order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["receive_money", "agree_payment", "pay", "spend_money"]


def test_a_mistake_is_put_right_by_a_row_that_counters_it(ledger, world):
    received = receive(ledger, 50_000)
    payments.counter(by=ledger, payment=received)
    assert balance(ledger).in_hand == 0
    assert Payment.objects.get(counters=received).amount == -50_000
    with pytest.raises(payments.NotOpen):
        payments.counter(by=ledger, payment=received)


def test_a_payment_taken_back_is_owed_again_and_can_be_paid_again(ledger, world):
    agreed = agree(ledger, world.ben, 2_000)
    paid = payments.pay(by=ledger, agreed=agreed)
    with pytest.raises(payments.NotOpen):
        payments.counter(by=ledger, payment=agreed)
    payments.counter(by=ledger, payment=paid)
    assert balance(ledger).promised == 2_000
    payments.pay(by=ledger, agreed=agreed)
    assert (balance(ledger).promised, balance(ledger).paid_out) == (0, 2_000)


def test_what_was_agreed_and_taken_back_is_not_paid(ledger, world):
    agreed = agree(ledger, world.ben)
    payments.counter(by=ledger, payment=agreed)
    assert balance(ledger).promised == 0
    with pytest.raises(payments.NotOpen):
        payments.pay(by=ledger, agreed=agreed)


def test_only_the_treasurer_writes(world, as_member):
    with as_member(world.ben):
        with pytest.raises(PermissionDenied):
            receive(world.ben)
        with pytest.raises(PermissionDenied):
            agree(world.ben, world.ana)
        with pytest.raises(PermissionDenied):
            payments.choose_currency(by=world.ben, currency="EUR")
    assert Power.TREASURER not in world.ben.powers


def test_the_currency_stays_once_there_are_rows(ledger):
    receive(ledger)
    with pytest.raises(payments.LedgerBegun):
        payments.choose_currency(by=ledger, currency="EUR")


# --- Stipends of meetings ---------------------------------------------------------------------------------------------


def test_coming_to_a_meeting_agrees_its_stipend_once(ledger, world):
    meeting = SimpleNamespace(pk=uuid4(), stipend=Decimal("15.00"))
    first = payments.agree_stipend(by=ledger, meeting=meeting, member=world.ben)
    assert payments.agree_stipend(by=ledger, meeting=meeting, member=world.ben) == first
    assert first.amount == 1_500
    assert first.purpose.is_for_stipends
    assert Payment.objects.count() == 1


def test_attendance_taken_back_takes_the_stipend_back_and_may_come_again(ledger, world):
    meeting = SimpleNamespace(pk=uuid4(), stipend=Decimal("15.00"))
    payments.agree_stipend(by=ledger, meeting=meeting, member=world.ben)
    payments.take_back_stipend(by=ledger, meeting=meeting, member=world.ben)
    assert balance(ledger, "Stipends for meetings").promised == 0
    payments.agree_stipend(by=ledger, meeting=meeting, member=world.ben)
    assert balance(ledger, "Stipends for meetings").promised == 1_500


def test_a_stipend_already_paid_stays_when_attendance_is_taken_back(ledger, world):
    meeting = SimpleNamespace(pk=uuid4(), stipend=Decimal("15.00"))
    agreed = payments.agree_stipend(by=ledger, meeting=meeting, member=world.ben)
    payments.pay(by=ledger, agreed=agreed)
    payments.take_back_stipend(by=ledger, meeting=meeting, member=world.ben)
    assert balance(ledger, "Stipends for meetings").paid_out == 1_500


def test_a_meeting_without_a_stipend_agrees_nothing(ledger, world):
    assert (
        payments.agree_stipend(by=ledger, meeting=SimpleNamespace(pk=uuid4(), stipend=None), member=world.ben) is None
    )
    assert not Payment.objects.exists()


# --- What the database itself keeps -----------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"amount": 1}, {"number": 9}, {"receipt_code": "X"}, {"settles": None}])
def test_the_application_cannot_change_what_is_written(ledger, change):
    row = receive(ledger)
    with pytest.raises(ProgrammingError, match="permission"), transaction.atomic():
        Payment.objects.filter(pk=row.pk).update(**change)


def test_the_application_cannot_remove_what_is_written(ledger):
    row = receive(ledger)
    with pytest.raises(ProgrammingError, match="permission"), transaction.atomic():
        Payment.objects.filter(pk=row.pk)._raw_delete("default")


@pytest.mark.parametrize("amount", [0, -1, 10**11 + 1])
def test_the_database_refuses_absurd_amounts(ledger, amount):
    with pytest.raises(IntegrityError), transaction.atomic():
        receive(ledger, amount)


def test_the_database_refuses_money_for_a_person_that_was_not_agreed(ledger, world):
    purpose = receive(ledger).purpose
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            group=world.union, number=9, on=world.union.today, kind="paid", purpose=purpose, amount=5, payee=world.ben
        )


def test_erasing_a_person_leaves_every_sum_as_it_was(ledger, world):
    receive(ledger)
    payments.pay(by=ledger, agreed=agree(ledger, world.ben, 2_000))
    agree(ledger, world.ben, 700)
    before = balance(ledger)
    Membership.objects.filter(pk=world.ben.pk).delete()
    after = balance(ledger)
    assert (after.in_hand, after.promised) == (before.in_hand, before.promised) == (48_000, 700)
    assert not Payment.objects.exclude(payee=None).exists()


def test_a_ledger_goes_with_its_group_whole(world, as_member):
    with as_member(world.ana):
        payments.choose_currency(by=world.ana, currency="USD")
        payments.counter(by=world.ana, payment=receive(world.ana))
        payments.pay(by=world.ana, agreed=agree(world.ana, world.ben))
        taking_along.close_for_good(by=world.ana, group=world.union)
    with isolation.context(groups=[world.union.pk]):
        taking_along.remove_group(group=world.union.pk)
        connection.check_constraints()
        assert not Payment.objects.exists()
        assert not Purpose.objects.exists()


# --- At the same moment -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_press_paid_at_the_same_moment_pay_once(world, as_member):
    with as_member(world.ana):
        payments.choose_currency(by=world.ana, currency="USD")
        agreed = agree(world.ana, world.ben)
    ready = Barrier(2)

    def press() -> str:
        try:
            with as_member(world.ana):
                ready.wait(10)
                payments.pay(by=Membership.objects.select_related("group").get(pk=world.ana.pk), agreed=agreed)
        except payments.NotOpen:
            return "not open"
        finally:
            connection.close()
        return "paid"

    with ThreadPoolExecutor(2) as both:
        answers = sorted(answer.result() for answer in [both.submit(press), both.submit(press)])
    assert answers == ["not open", "paid"]
    with as_member(world.ana):
        assert Payment.objects.filter(settles=agreed).count() == 1
