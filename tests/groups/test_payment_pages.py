"""What members, the treasurer and whoever was paid see of the money."""

import csv
from io import BytesIO, StringIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.actions import payments
from groups.models import Payment
from tests.conftest import PASSPHRASE, World


@pytest.fixture
def ledger(world: World, as_member):
    """Fifty dollars came in, twenty are agreed with Ben."""
    with as_member(world.ana):
        payments.choose_currency(by=world.ana, currency="USD")
        payments.receive_money(by=world.ana, purpose="Stipends", amount=5_000, form_key=uuid4())
        return payments.agree_payment(
            by=world.ana,
            member=world.ben,
            purpose="Stipends",
            amount=2_000,
            what_for="Two nights at the van",
            form_key=uuid4(),
        )


def at(world: World, name: str, *args: object) -> str:
    return reverse(f"groups:{name}", args=[world.union.slug, *args])


def numbers(world: World, as_member) -> list[int]:
    with as_member(world.ana):
        return list(Payment.objects.order_by("number").values_list("number", flat=True))


def test_a_member_sees_balances_and_what_is_theirs_and_nobody_elses(world, ledger, sign_in):
    ben = sign_in(world.ben).get(at(world, "payment-list")).content.decode()
    assert "50.00\xa0USD" in ben
    assert "30.00\xa0USD" in ben
    assert "agreed, not paid yet" in ben
    caro = sign_in(world.caro).get(at(world, "payment-list")).content.decode()
    assert "50.00\xa0USD" in caro
    assert "Nothing has been agreed with you yet." in caro
    assert "Every row" not in caro


def test_the_treasurer_sees_each_row_and_with_whom(world, ledger, sign_in):
    page = sign_in(world.ana).get(at(world, "payment-list")).content.decode()
    assert "Every row" in page
    assert "ben" in page


def test_a_receipt_carries_no_handle(world, ledger, sign_in):
    page = sign_in(world.ana).get(ledger.get_absolute_url()).content.decode()
    main = page[page.index("<main") :]
    assert ledger.receipt_code in main
    assert "20.00\xa0USD" in main
    assert "ben" not in main.replace("benefit", "")


def test_paying_is_one_tap_and_a_second_tap_writes_nothing(world, ledger, sign_in, as_member):
    client = sign_in(world.ana)
    first = client.post(at(world, "payment-pay", ledger.pk), follow=True)
    assert "Written down as number 3." in first.content.decode()
    again = client.post(at(world, "payment-pay", ledger.pk), follow=True)
    assert "paid or taken back already" in again.content.decode()
    assert numbers(world, as_member) == [1, 2, 3]


def test_a_row_is_taken_back_once(world, ledger, sign_in, as_member):
    client = sign_in(world.ana)
    for _again in range(2):
        client.post(at(world, "payment-counter", ledger.pk))
    assert numbers(world, as_member) == [1, 2, 3]


def form(**facts: object) -> dict[str, object]:
    return {"form_key": uuid4(), "kind": "received", "amount": "12,50", "purpose": "new", "new_purpose": "Tea", **facts}


def test_a_form_sent_twice_writes_one_row_and_shows_it(world, ledger, sign_in, as_member):
    sent = form()
    answers = [sign_in(world.ana).post(at(world, "payment-write"), sent) for _again in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert numbers(world, as_member) == [1, 2, 3]


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": ""},
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "NaN"},
        {"amount": "1e9"},
        {"amount": "12.505"},
        {"amount": "99999999999"},
        {"amount": "9" * 400},
        {"amount": "١٢"},
        {"amount": "=1+1"},
        {"amount": "5\x00"},
        {"purpose": "nothing of ours"},
        {"purpose": ""},
        {"new_purpose": ""},
        {"new_purpose": "x" * 61},
        {"new_purpose": "\u200b"},
        {"what_for": "x" * 121},
        {"what_for": "tea\x00"},
        {"kind": "agreed"},
        {"form_key": "1"},
    ],
    ids=str,
)
def test_what_makes_no_sense_comes_back_with_a_sentence_and_writes_nothing(world, ledger, sign_in, as_member, facts):
    answer = sign_in(world.ana).post(at(world, "payment-write"), form(**facts))
    assert answer.status_code == 422
    assert numbers(world, as_member) == [1, 2]


def test_nothing_is_agreed_with_someone_of_another_group(world, ledger, sign_in, as_member):
    sent = form(member=world.dee.pk)
    assert sign_in(world.ana).post(at(world, "payment-agree"), sent).status_code == 422
    assert numbers(world, as_member) == [1, 2]


@pytest.mark.parametrize(("currency", "typed", "stored"), [("JPY", "1 500", 1_500), ("KWD", "1.5", 1_500)])
def test_each_currency_has_its_own_smallest_unit(world, sign_in, as_member, currency, typed, stored):
    with as_member(world.ana):
        payments.choose_currency(by=world.ana, currency=currency)
    sign_in(world.ana).post(at(world, "payment-write"), form(amount=typed))
    with as_member(world.ana):
        assert Payment.objects.get().amount == stored


def test_before_anything_is_written_a_currency_is_chosen(world, sign_in):
    client = sign_in(world.ana)
    assert "Choose your currency" in client.get(at(world, "payment-list")).content.decode()
    assert client.get(at(world, "payment-write"))["Location"] == at(world, "currency-choose")
    assert client.post(at(world, "currency-choose"), {"currency": "XXX"}).status_code == 422
    client.post(at(world, "currency-choose"), {"currency": "EUR"})
    assert client.get(at(world, "payment-write")).status_code == 200


def test_the_currency_does_not_change_under_rows_that_are_there(world, ledger, sign_in):
    answer = sign_in(world.ana).post(at(world, "currency-choose"), {"currency": "EUR"})
    assert answer.status_code == 422
    assert "the currency stays" in answer.content.decode()


def test_a_list_of_many_rows_costs_no_more_queries(world, ledger, sign_in, as_member, django_assert_num_queries):
    client = sign_in(world.ana)
    client.get(at(world, "payment-list"))  # the first page of a session writes down when it began
    with CaptureQueriesContext(connection) as few:
        client.get(at(world, "payment-list"))
    with as_member(world.ana):
        for number in range(10):
            payments.agree_payment(
                by=world.ana, member=world.caro, purpose=f"P{number}", amount=100, what_for="x", form_key=uuid4()
            )
    with django_assert_num_queries(len(few)):
        client.get(at(world, "payment-list"))


# --- Files for a spreadsheet ------------------------------------------------------------------------------------------


@pytest.fixture
def treasurer(world, sign_in):
    """Ana, who has just given her passphrase again."""
    return once_more(sign_in(world.ana))


def once_more(client):
    client.post("/account/reauthenticate/", {"password": PASSPHRASE})
    return client


def test_a_file_is_given_only_after_the_passphrase(world, ledger, sign_in):
    assert sign_in(world.ana).get(at(world, "payment-csv"))["Location"].startswith("/account/reauthenticate/")


def test_a_member_without_power_gets_no_file(world, ledger, sign_in):
    assert once_more(sign_in(world.ben)).get(at(world, "payment-csv")).status_code == 403


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", " =1+1"])
def test_nothing_in_a_file_acts_as_a_formula(world, ledger, treasurer, as_member, name):
    with as_member(world.ana):
        payments.receive_money(by=world.ana, purpose=name, amount=100, form_key=uuid4())
    text = treasurer.get(at(world, "payment-csv")).content.decode("utf-8-sig")
    last = list(csv.reader(StringIO(text)))[-1]
    assert last[3] == f"'{name}"
    book = ZipFile(BytesIO(treasurer.get(at(world, "payment-xlsx")).content))
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_a_file_holds_every_row_and_nobody(world, ledger, treasurer, as_member):
    with as_member(world.ana):
        payments.counter(by=world.ana, payment=payments.pay(by=world.ana, agreed=ledger))
    answer = treasurer.get(at(world, "payment-csv"))
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
    assert [row[4] for row in rows[1:]] == ["50.00", "20.00", "20.00", "-20.00"]
    assert rows[4][8] == "3"
    assert "ben" not in answer.content.decode()
    assert "van" not in answer.content.decode()
