"""The register: what was decided stays, comes back on its day, and ends by a later decision."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groups import actions
from groups.actions.agreements import months_later
from groups.models import AgendaItem, Agreement, Proposal, Reminder
from groups.tasks import keep_time_of_decisions
from tests.conftest import World

As = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def adopted(world: World, as_member: As) -> Callable[..., Proposal]:
    def made(title: str, **facts: Any) -> Proposal:
        now = timezone.now()
        with as_member(world.ana):
            proposal = actions.propose(
                by=world.ana,
                title=title,
                text="Words",
                method="consent",
                opens_at=now,
                closes_at=now + timedelta(1),
                **facts,
            )
            for voter in (world.ana, world.ben, world.caro):
                actions.cast_ballot(by=voter, proposal=proposal, choice="agree")
            actions.close_early(by=world.ana, proposal=proposal)
            return Proposal.objects.select_related("group").get(pk=proposal.pk)

    return made


def test_an_adopted_proposal_begins_an_agreement_with_a_day_to_look_again(
    world: World, adopted: Callable[..., Proposal], sign_in: Callable[..., Client], as_member: As
) -> None:
    adopted("We knock first", makes_agreement=True, look_again_months=6)
    with as_member(world.ana):
        agreement = Agreement.objects.select_related("group").get()
        assert agreement.look_again_on == months_later(agreement.agreed_on, 6)
    page = sign_in(world.ben).get(f"/groups/{world.union.slug}/agreements/").content.decode()
    assert "We knock first" in page


def test_it_comes_back_to_the_agenda_and_the_inbox_once_for_each_day(
    world: World, adopted: Callable[..., Proposal], as_member: As
) -> None:
    adopted("We knock first", makes_agreement=True, look_again_months=3)
    for days in (95, 96):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            keep_time_of_decisions()
            keep_time_of_decisions()
    with as_member(world.ana):
        agreement = Agreement.objects.select_related("group").get()
        assert AgendaItem.objects.filter(origin_id=agreement.pk).count() == 1
        assert Reminder.objects.filter(occasion=Reminder.Occasion.AGREEMENT_REVIEW, channel="in_app").count() == 3
        assert agreement.put_up_for == agreement.look_again_on


def test_who_coordinates_says_that_we_keep_it(
    world: World, adopted: Callable[..., Proposal], sign_in: Callable[..., Client], as_member: As
) -> None:
    adopted("We knock first", makes_agreement=True, look_again_months=3)
    with as_member(world.ana):
        agreement = Agreement.objects.select_related("group").get()
    assert sign_in(world.ben).post(agreement.get_absolute_url(), {"look_again_months": "12"}).status_code == 403
    assert sign_in(world.ana).post(agreement.get_absolute_url(), {"look_again_months": "12"}).status_code == 302
    with as_member(world.ana):
        assert Agreement.objects.get().look_again_on == months_later(agreement.agreed_on, 12)


def test_a_later_decision_takes_its_place_and_both_stay_readable(
    world: World, adopted: Callable[..., Proposal], sign_in: Callable[..., Client], as_member: As
) -> None:
    adopted("We knock first", makes_agreement=True)
    with as_member(world.ana):
        first = Agreement.objects.select_related("group").get()
    adopted("We knock and say our name", makes_agreement=True, replaces=first)
    with as_member(world.ana):
        second = Agreement.objects.in_force().select_related("group").get()
        first = Agreement.objects.select_related("group").get(pk=first.pk)
        assert first.replaced_by_id == second.pk
    page = sign_in(world.ben).get(first.get_absolute_url()).content.decode()
    assert "No longer in force" in page
    adopted("We stop knocking", replaces=second)
    with as_member(world.ana):
        assert not Agreement.objects.in_force().exists()
        assert Agreement.objects.count() == 2


def test_months_later_is_the_last_day_where_the_month_is_short() -> None:
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_later(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_later(date(2027, 1, 15), 12) == date(2028, 1, 15)


def test_the_register_asks_the_database_as_often_for_twelve_as_for_two(
    world: World, sign_in: Callable[..., Client], as_member: As
) -> None:
    client, address, counts = sign_in(world.ben), f"/groups/{world.union.slug}/agreements/", []
    client.get(address)
    for number in (2, 10):
        with as_member(world.ana):
            for each in range(number):
                ended = date.today() if each % 2 else None
                Agreement.objects.create(group=world.union, title="Soup", agreed_on=date.today(), ended_on=ended)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[1]
