"""A secret vote: nothing in the database tells who cast which ballot, and nothing is seen before closing."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from groups import actions, archive
from groups.actions.ballots import PADDED_TO
from groups.actions.memberships import add_member
from groups.models import Ballot, JournalEntry, Membership, Participation, Proposal, TellerEntry
from tests.conftest import World, make_person

pytestmark = pytest.mark.django_db(transaction=True)
VOTES = ("yes", "no", "abstain", "no", "yes")


@pytest.fixture
def voters(world: World, as_member: Callable[..., AbstractContextManager[None]]) -> list[Membership]:
    people = [make_person("eva"), make_person("fay")]
    with as_member(world.ana):
        more = [add_member(by=world.ana, person=person, standing="peer") for person in people]
    return [world.ana, world.ben, world.caro, *more]


@pytest.fixture
def secret(world: World, voters: list[Membership], as_member: Callable[..., AbstractContextManager[None]]) -> Proposal:
    now = timezone.now()
    with as_member(world.ana):
        return actions.propose(
            by=world.ana,
            title="Who keeps the key",
            method="majority",
            opens_at=now,
            closes_at=now + timedelta(days=3),
            is_secret=True,
        )


@pytest.fixture
def cast(secret: Proposal, voters: list[Membership], as_member: Callable[..., AbstractContextManager[None]]) -> None:
    """Each votes in a transaction of their own, as each would from their own phone."""
    for voter, choice in zip(voters, VOTES, strict=True):
        with as_member(voter):
            actions.cast_ballot(by=voter, proposal=secret, choice=choice)


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_every_ballot_and_every_voter_carry_the_same_last_transaction(
    cast: None, world: World, as_member: Callable[..., AbstractContextManager[None]]
) -> None:
    """xmin names the transaction that wrote a row: if it differed, it would join each ballot to a voter."""
    with as_member(world.ana):
        ballots = {xmin for (xmin,) in rows("SELECT xmin::text FROM groups_ballot")}
        voters = {xmin for (xmin,) in rows("SELECT xmin::text FROM groups_participation")}
    assert len(ballots) == 1
    assert ballots == voters


def test_places_in_the_table_do_not_follow_the_order_of_voting(
    world: World,
    secret: Proposal,
    voters: list[Membership],
    as_member: Callable[..., AbstractContextManager[None]],
) -> None:
    """ctid is where a row lies. Over several votes the ballot cast last lies at every place, also not the last."""
    seen = set()
    for _ in range(12):
        now = timezone.now()
        with as_member(world.ana):
            proposal = actions.propose(
                by=world.ana,
                title="Again",
                method="majority",
                opens_at=now,
                closes_at=now + timedelta(1),
                is_secret=True,
            )
        for voter, choice in zip(voters, ("no", "no", "no", "no", "yes"), strict=True):
            with as_member(voter):
                actions.cast_ballot(by=voter, proposal=proposal, choice=choice)
        with as_member(world.ana):
            order = [
                pk for (pk,) in rows(f"SELECT id FROM groups_ballot WHERE proposal_id = '{proposal.pk}' ORDER BY ctid")
            ]
            last = Ballot.objects.select_related("group").in_bulk()
            seen.add(next(place for place, pk in enumerate(order) if last[pk].chosen == "yes"))
    assert len(seen) > 1


def test_ballots_have_no_voter_no_time_no_number_and_the_database_insists(
    cast: None, secret: Proposal, world: World, as_member: Callable[..., AbstractContextManager[None]]
) -> None:
    kinds = {field.get_internal_type() for model in (Ballot, Participation) for field in model._meta.concrete_fields}
    assert not kinds & {"DateTimeField", "DateField", "AutoField", "BigAutoField", "TimeField"}
    sequences = rows("SELECT sequencename FROM pg_sequences WHERE sequencename ~ 'groups_(ballot|participation)'")
    assert sequences == []
    with as_member(world.ana):
        assert set(Ballot.objects.values_list("membership", "reason")) == {(None, b"")}
        ids = set(Ballot.objects.values_list("pk", flat=True)) | set(Participation.objects.values_list("pk", flat=True))
        assert {pk.version for pk in ids} == {4}
        with pytest.raises(IntegrityError), transaction.atomic():
            Ballot.objects.create(
                group=secret.group, proposal=secret, is_secret=True, membership=world.ana, choice="yes"
            )


def test_each_vote_makes_every_ballot_anew(
    secret: Proposal, voters: list[Membership], as_member: Callable[..., AbstractContextManager[None]]
) -> None:
    """Two looks at the table, one vote apart: no id and no sealed text is in both."""
    before: set[Any] = set()
    for voter in voters:
        with as_member(voter):
            actions.cast_ballot(by=voter, proposal=secret, choice="yes")
            now = {bytes(choice) for (choice,) in rows("SELECT choice FROM groups_ballot")}
            now |= {pk for (pk,) in rows("SELECT id FROM groups_ballot")}
        assert not now & before
        before = now


def test_sealed_ballots_are_equally_long_whatever_was_chosen(
    cast: None, world: World, as_member: Callable[..., AbstractContextManager[None]]
) -> None:
    with as_member(world.ana):
        lengths = {length for (length,) in rows("SELECT length(choice) FROM groups_ballot")}
        longest = json.dumps(list(range(1, Proposal.MOST_OPTIONS + 1)), separators=(",", ":"))
    assert len(lengths) == 1
    assert len(longest) <= PADDED_TO


def test_the_journal_says_that_a_secret_vote_was_opened_and_never_who_voted(
    cast: None, secret: Proposal, world: World, as_member: Callable[..., AbstractContextManager[None]]
) -> None:
    with as_member(world.ana):
        about = JournalEntry.objects.filter(object_id=secret.pk).values_list("verb", flat=True)
        assert list(about) == ["propose", "open_proposal"]


def test_a_secret_vote_cannot_be_changed_or_shown(
    cast: None, secret: Proposal, world: World, sign_in: Callable[..., Client]
) -> None:
    ben = sign_in(world.ben)
    page = ben.get(secret.get_absolute_url())
    assert "nobody can tell which it is" in page.content.decode()
    assert page.context["ballot_form"] is None
    assert page.context["own"] is None
    answer = ben.post(f"{secret.get_absolute_url()}vote/", {"choice": "yes"})
    assert answer.status_code == 422
    assert "You have voted already" in answer.content.decode()


def test_nobody_sees_a_count_before_closing_whoever_coordinates_neither(
    cast: None, secret: Proposal, world: World, sign_in: Callable[..., Client]
) -> None:
    page = sign_in(world.ana).get(secret.get_absolute_url())
    assert page.context["result"] is None
    assert page.context["took_part"] == 5
    assert "2 yes" not in page.content.decode()


def test_the_ballots_are_destroyed_when_they_are_counted(
    cast: None,
    secret: Proposal,
    world: World,
    as_member: Callable[..., AbstractContextManager[None]],
    sign_in: Callable[..., Client],
) -> None:
    sign_in(world.ana).post(f"{secret.get_absolute_url()}close/")
    with as_member(world.ana):
        assert not Ballot.objects.exists()
        closed = Proposal.objects.select_related("group").get(pk=secret.pk)
        assert closed.counts["counts"] == {"yes": 2, "no": 2, "abstain": 1}
        assert closed.outcome == "rejected"
    page = sign_in(world.ben).get(secret.get_absolute_url()).content.decode()
    assert "Not adopted, with 2 yes and 2 no." in page
    assert "5 of 5 voters took part." in page


def test_with_few_voters_the_page_says_that_the_result_may_tell(
    world: World, as_member: Callable[..., AbstractContextManager[None]], sign_in: Callable[..., Client]
) -> None:
    now = timezone.now()
    with as_member(world.ana):
        proposal = actions.propose(
            by=world.ana, title="Few", method="majority", opens_at=now, closes_at=now + timedelta(1), is_secret=True
        )
    assert "if all vote the same" in sign_in(world.ben).get(proposal.get_absolute_url()).content.decode()


def test_an_archive_made_while_people_vote_shows_nothing_of_it(
    cast: None, secret: Proposal, world: World, as_member: Callable[..., AbstractContextManager[None]]
) -> None:
    """Whoever coordinates may export: two archives, one vote apart, would tell who cast the vote between them."""
    with as_member(world.ana):
        for model in (Ballot, Participation, TellerEntry):
            assert list(archive.lines(model, world.union)) == []
        Proposal.objects.filter(pk=secret.pk).update(closes_at=timezone.now())
        actions.keep_time(group=world.union)
        assert len(list(archive.lines(Participation, world.union))) == 5
        assert list(archive.lines(Ballot, world.union)) == []
