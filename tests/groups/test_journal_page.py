"""Who did what, as members read it."""

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups import actions
from groups.models import JournalEntry
from hrplatform import isolation
from tests.conftest import World


@pytest.fixture
def address(world: World) -> str:
    return reverse("groups:journal", args=[world.union.slug])


def fill(world: World, number: int) -> None:
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        for _each in range(number):
            actions.invite(by=world.ana)


def test_entries_are_paged_and_what_is_chosen_stays_chosen(world, address, sign_in):
    fill(world, 60)
    client = sign_in(world.ben)
    first = client.get(address, {"what": "invite"}).content.decode()
    assert "60 entries" in first
    assert "Page 1 of 2" in first
    assert "?what=invite&amp;page=2" in first
    second = client.get(address, {"what": "invite", "page": "2"}).content.decode()
    assert second.count("· Invitation link made") == 10


def test_only_what_was_asked_for_is_shown(world, address, sign_in):
    fill(world, 1)
    page = sign_in(world.ben).get(address, {"what": "invite"}).content.decode()
    assert "1 entry" in page
    assert "· Group founded" not in page


def test_a_month_can_be_chosen(world, address, sign_in):
    month = timezone.now().astimezone(world.union.zone).strftime("%Y-%m")
    page = sign_in(world.ben).get(address, {"month": month}).content.decode()
    assert "· Group founded" in page


@pytest.mark.parametrize(
    "asked",
    [{"month": "1999-13"}, {"month": "x" * 5000}, {"what": "\x00"}, {"what": "drop"}, {"page": "-1"}, {"page": "1e9"}],
    ids=str,
)
def test_what_makes_no_sense_is_answered_with_a_page(world, address, sign_in, asked):
    answer = sign_in(world.ben).get(address, asked)
    assert answer.status_code == 200
    assert "· Group founded" in answer.content.decode()


def test_a_whole_journal_says_so_when_every_entry_is_checked(world, address, sign_in):
    client = sign_in(world.ben)
    assert "The newest entries fit together." in client.get(address).content.decode()
    assert "Every entry was checked just now" in client.get(address, {"check": "all"}).content.decode()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_journal_that_was_rewritten_shows_it(world, address, sign_in):
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('hrplatform.groups', %s, false)", [str(world.union.pk)])
        cursor.execute("UPDATE groups_journalentry SET verb = 'nothing' WHERE number = 2")
        assert cursor.rowcount
    connections["owner"].close()
    page = sign_in(world.ben).get(address).content.decode()
    assert "The journal does not fit together" in page


def test_more_entries_cost_no_more_queries(world, address, sign_in):
    client = sign_in(world.ben)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    fill(world, 12)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many)
    with isolation.context(groups=[world.union.pk]):
        assert JournalEntry.objects.count() > 12
