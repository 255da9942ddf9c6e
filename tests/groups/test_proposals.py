"""A group puts questions to itself and answers them: by each method, in time, once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groups import actions
from groups.actions.memberships import add_member
from groups.models import Agreement, Ballot, Comment, Group, Membership, Participation, Proposal, Reminder
from groups.tasks import keep_time_of_decisions
from hrplatform import isolation
from tests.conftest import World, make_person

FORM = {
    "title": "Soup on Thursdays",
    "text": "Because it is cold.",
    "method": "majority",
    "vote_days": "7",
    "discuss_days": "0",
    "quorum_percent": "0",
    "look_again_months": "0",
    "key": "7f1f4e1e-0b6e-4f43-9a3e-0f6f3a1f7a01",
}
As = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def proposed(world: World, as_member: As) -> Callable[..., Proposal]:
    def made(by: Membership | None = None, **facts: Any) -> Proposal:
        by, now = by or world.ana, timezone.now()
        wanted: dict[str, Any] = {
            "title": "Soup",
            "method": "majority",
            "opens_at": now,
            "closes_at": now + timedelta(7),
        }
        with as_member(by):
            return actions.propose(by=by, **wanted | facts)

    return made


@pytest.fixture
def vote(as_member: As) -> Callable[..., None]:
    def cast(proposal: Proposal, voter: Membership, choice: Any, reason: str = "") -> None:
        with as_member(voter):
            actions.cast_ballot(by=voter, proposal=proposal, choice=choice, reason=reason)

    return cast


@pytest.fixture
def now_of(world: World, as_member: As) -> Callable[[Proposal], Proposal]:
    def read(proposal: Proposal) -> Proposal:
        with as_member(world.ana):
            return Proposal.objects.select_related("group").get(pk=proposal.pk)

    return read


# --- Proposing --------------------------------------------------------------------------------------------------------


def test_a_member_puts_a_question_and_every_voter_is_told_once(world: World, sign_in: Callable[..., Client]) -> None:
    answer = sign_in(world.ben).post(f"/groups/{world.union.slug}/proposals/new/", FORM)
    assert answer.status_code == 302, answer.context["form"].errors
    with isolation.context(groups=[world.union.pk]):
        told = Reminder.objects.filter(occasion=Reminder.Occasion.PROPOSAL_OPENED).values_list(
            "person__handle", flat=True
        )
        assert sorted(told) == ["ana", "caro"]
    page = sign_in(world.ana).get(answer["Location"]).content.decode()
    assert "Soup on Thursdays" in page
    assert "Because it is cold." in page


def test_a_form_sent_twice_makes_one_proposal(world: World, sign_in: Callable[..., Client]) -> None:
    ben, address = sign_in(world.ben), f"/groups/{world.union.slug}/proposals/new/"
    assert ben.post(address, FORM)["Location"] == ben.post(address, FORM)["Location"]
    with isolation.context(groups=[world.union.pk]):
        assert Proposal.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"method": "coin"}, "method"),
        ({"method": "ranked", "options": "only one"}, "options"),
        ({"method": "score", "options": "same\nsame"}, "options"),
        ({"method": "score", "options": "\n".join(map(str, range(21)))}, "options"),
        ({"vote_days": "99999999999999999999"}, "vote_days"),
        ({"method": "consent", "is_secret": "on"}, "is_secret"),
        ({"replaces": str(uuid4())}, "replaces"),
        ({"key": "no-id"}, "key"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(
    wrong: dict[str, str], field: str, world: World, sign_in: Callable[..., Client]
) -> None:
    answer = sign_in(world.ben).post(f"/groups/{world.union.slug}/proposals/new/", FORM | wrong)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    with isolation.context(groups=[world.union.pk]):
        assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "effect=nonsense",
        "effect=remove_member",
        "effect=remove_member&on=x",
        "effect=none&on=7f1f4e1e-0b6e-4f43-9a3e-0f6f3a1f7a01",
    ],
)
def test_an_effect_on_nothing_is_not_found(query: str, world: World, sign_in: Callable[..., Client]) -> None:
    assert sign_in(world.ana).get(f"/groups/{world.union.slug}/proposals/new/?{query}").status_code == 404


def test_a_member_of_another_group_cannot_be_removed_here(world: World, proposed: Callable[..., Proposal]) -> None:
    with pytest.raises(Http404):
        proposed(effect="remove_member", effect_on=world.dee.pk, method="consent")


def test_words_change_until_voting_opens_and_not_after(
    world: World, proposed: Callable[..., Proposal], sign_in: Callable[..., Client], now_of: Callable[..., Proposal]
) -> None:
    later = timezone.now() + timedelta(days=2)
    draft = proposed(opens_at=later, closes_at=later + timedelta(days=2))
    words = {"title": "Soup and bread", "text": ""}
    assert sign_in(world.ben).post(f"{draft.get_absolute_url()}edit/", words).status_code == 403
    assert sign_in(world.ana).post(f"{draft.get_absolute_url()}edit/", words).status_code == 302
    assert now_of(draft).title == "Soup and bread"
    sign_in(world.ana).post(f"{draft.get_absolute_url()}open/")
    sign_in(world.ana).post(f"{draft.get_absolute_url()}edit/", {"title": "Tea", "text": ""})
    assert now_of(draft).title == "Soup and bread"


def test_it_is_taken_back_until_somebody_votes(
    world: World, proposed: Callable[..., Proposal], vote: Callable[..., None], as_member: As
) -> None:
    first, second = proposed(), proposed()
    vote(second, world.ben, "yes")
    with as_member(world.ana):
        actions.withdraw_proposal(by=world.ana, proposal=first)
        with pytest.raises(actions.TooLate):
            actions.withdraw_proposal(by=world.ana, proposal=second)
    with as_member(world.ben), pytest.raises(PermissionDenied):
        actions.withdraw_proposal(by=world.ben, proposal=second)
    with pytest.raises(actions.VotingOver):
        vote(first, world.ben, "yes")


# --- Voting -----------------------------------------------------------------------------------------------------------


def test_an_open_vote_is_changed_until_closing_and_counted_once(
    world: World, proposed: Callable[..., Proposal], sign_in: Callable[..., Client], now_of: Callable[..., Proposal]
) -> None:
    proposal = proposed()
    ben, address = sign_in(world.ben), f"{proposal.get_absolute_url()}vote/"
    for choice in ("no", "yes", "yes"):
        assert ben.post(address, {"choice": choice}).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        page = sign_in(world.ben).get(proposal.get_absolute_url()).content.decode()
    assert "Adopted, with 1 yes and 0 no." in page
    assert now_of(proposal).counts["took_part"] == 1


def test_an_ally_who_tries_to_vote_is_told_why_not_and_nothing_is_counted(
    world: World, proposed: Callable[..., Proposal], sign_in: Callable[..., Client], as_member: As
) -> None:
    person = make_person("nurse")
    with as_member(world.ana):
        ally = add_member(by=world.ana, person=person, standing="ally")
    proposal = proposed()
    client = sign_in(ally)
    assert "In this group allies do not vote" in client.get(proposal.get_absolute_url()).content.decode()
    answer = client.post(f"{proposal.get_absolute_url()}vote/", {"choice": "yes"})
    assert answer.status_code == 422
    assert "in this group allies do not vote" in answer.content.decode()
    with as_member(world.ana):
        assert not Ballot.objects.exists()
    said = {"text": "I would help with the soup.", "key": str(uuid4())}
    assert client.post(f"{proposal.get_absolute_url()}comment/", said).status_code == 302


def test_allies_vote_where_the_members_agreed_to_it(
    world: World, proposed: Callable[..., Proposal], vote: Callable[..., None], as_member: As
) -> None:
    person = make_person("nurse")
    with as_member(world.ana):
        ally = add_member(by=world.ana, person=person, standing="ally")
        world.union.allies_vote = True
        world.union.save(update_fields=["allies_vote"])
        world.ana.group.refresh_from_db(fields=["allies_vote"])
    vote(proposed(), ally, "yes")
    with as_member(world.ana):
        assert Ballot.objects.count() == 1


def test_who_joins_after_opening_does_not_vote_on_it(
    world: World, proposed: Callable[..., Proposal], vote: Callable[..., None], as_member: As
) -> None:
    proposal = proposed()
    with as_member(world.ana):
        late = add_member(by=world.ana, person=make_person("late"), standing="peer")
    with pytest.raises(actions.NotAVoter):
        vote(proposal, late, "yes")


def test_a_vote_after_closing_is_not_counted_and_the_page_says_so(
    world: World, proposed: Callable[..., Proposal], sign_in: Callable[..., Client], as_member: As
) -> None:
    proposal = proposed()
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        answer = sign_in(world.ben).post(f"{proposal.get_absolute_url()}vote/", {"choice": "yes"})
    assert answer.status_code == 422
    assert "Voting is not open. Your vote was not counted." in answer.content.decode()
    with as_member(world.ana):
        assert not Ballot.objects.exists()


@pytest.mark.parametrize("choice", ["", "maybe", "agree", "yes\x00"])
def test_a_choice_that_is_not_on_the_ballot_is_refused(
    choice: str, world: World, proposed: Callable[..., Proposal], sign_in: Callable[..., Client]
) -> None:
    answer = sign_in(world.ben).post(f"{proposed().get_absolute_url()}vote/", {"choice": choice})
    assert answer.status_code == 422
    assert "choice" in answer.context["ballot_form"].errors


def test_a_block_needs_a_reason_is_seen_at_once_and_stops_it(
    world: World, proposed: Callable[..., Proposal], sign_in: Callable[..., Client], now_of: Callable[..., Proposal]
) -> None:
    proposal = proposed(method="consent")
    ben, address = sign_in(world.ben), f"{proposal.get_absolute_url()}vote/"
    assert ben.post(address, {"choice": "block", "reason": ""}).status_code == 422
    assert ben.post(address, {"choice": "block", "reason": "Nobody asked the neighbours."}).status_code == 302
    page = sign_in(world.caro).get(proposal.get_absolute_url()).content.decode()
    assert "Nobody asked the neighbours." in page
    for who in (world.ana, world.caro):
        sign_in(who).post(address, {"choice": "agree", "reason": ""})
    sign_in(world.ana).post(f"{proposal.get_absolute_url()}close/")
    assert now_of(proposal).outcome == "rejected"


def test_consent_closes_early_when_everybody_answered_and_not_before(
    world: World, proposed: Callable[..., Proposal], vote: Callable[..., None], as_member: As
) -> None:
    proposal = proposed(method="consent")
    vote(proposal, world.ana, "agree")
    with as_member(world.ana), pytest.raises(actions.TooLate):
        actions.close_early(by=world.ana, proposal=proposal)
    vote(proposal, world.ben, "aside")
    vote(proposal, world.caro, "concern", "The stairs.")
    with as_member(world.caro), pytest.raises(PermissionDenied):
        actions.close_early(by=world.caro, proposal=proposal)
    with as_member(world.ana):
        actions.close_early(by=world.ana, proposal=proposal)
        assert Proposal.objects.get().outcome == "adopted"
        with pytest.raises(actions.TooLate):
            actions.close_early(by=world.ana, proposal=proposal)


def test_points_and_ranking_are_given_without_script(
    world: World, proposed: Callable[..., Proposal], sign_in: Callable[..., Client], now_of: Callable[..., Proposal]
) -> None:
    score = proposed(method="score", options=["Soup", "Tea"])
    rank = proposed(method="ranked", options=["Soup", "Tea", "Bread"])
    ben = sign_in(world.ben)
    assert ben.post(f"{score.get_absolute_url()}vote/", {"option_1": "5"}).status_code == 422
    assert ben.post(f"{score.get_absolute_url()}vote/", {"option_1": "5", "option_2": "0"}).status_code == 302
    twice = ben.post(f"{rank.get_absolute_url()}vote/", {"option_1": "1", "option_2": "1"})
    assert "Place 1 is given twice" in twice.content.decode()
    assert ben.post(f"{rank.get_absolute_url()}vote/", {"option_3": "1", "option_1": "2"}).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        ana = sign_in(world.ana)
        assert "Chosen, with the most points: Soup." in ana.get(score.get_absolute_url()).content.decode()
        assert "Chosen: Bread." in ana.get(rank.get_absolute_url()).content.decode()
    assert now_of(score).counts["points"] == {"1": 5, "2": 0}


# --- Time and turnout -------------------------------------------------------------------------------------------------


def test_the_clock_opens_and_closes_once_whoever_looks_first(
    world: World,
    proposed: Callable[..., Proposal],
    vote: Callable[..., None],
    sign_in: Callable[..., Client],
    now_of: Callable[..., Proposal],
) -> None:
    later = timezone.now() + timedelta(days=2)
    proposal = proposed(opens_at=later, closes_at=later + timedelta(days=2), makes_agreement=True)
    with time_machine.travel(later + timedelta(hours=1)):
        assert keep_time_of_decisions() == 1
        vote(proposal, world.ben, "yes")
    with time_machine.travel(later + timedelta(days=3)):
        sign_in(world.ben).get(proposal.get_absolute_url())
        assert keep_time_of_decisions() == 0
    assert now_of(proposal).is_adopted
    with isolation.context(groups=[world.union.pk]):
        assert Agreement.objects.count() == 1
        told = Reminder.objects.filter(occasion=Reminder.Occasion.PROPOSAL_CLOSED)
        assert told.count() == 3


def test_only_who_has_not_voted_is_told_before_the_end(
    world: World, proposed: Callable[..., Proposal], vote: Callable[..., None], as_member: As
) -> None:
    proposal = proposed()
    vote(proposal, world.ben, "yes")
    with as_member(world.ana):
        waiting = Reminder.objects.waiting().filter(occasion=Reminder.Occasion.PROPOSAL_CLOSING)
        assert sorted(waiting.values_list("person__handle", flat=True)) == ["ana", "caro"]
        assert {each.due_at for each in waiting} == {proposal.closes_at - timedelta(days=1)}


def test_too_few_is_no_decision_and_the_next_time_half_as_many_are_enough(
    world: World,
    proposed: Callable[..., Proposal],
    vote: Callable[..., None],
    sign_in: Callable[..., Client],
    now_of: Callable[..., Proposal],
) -> None:
    proposal = proposed(quorum_percent=67)
    vote(proposal, world.ben, "yes")
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        page = sign_in(world.ben).get(proposal.get_absolute_url()).content.decode()
        assert "Not decided: 1 took part, and 3 were needed." in page
        first = sign_in(world.ben).post(f"{proposal.get_absolute_url()}again/")
        second = sign_in(world.ana).post(f"{proposal.get_absolute_url()}again/")
    assert first["Location"] == second["Location"]
    assert now_of(proposal).outcome == "no_quorum"
    with isolation.context(groups=[world.union.pk]):
        assert Proposal.objects.get(again_of=proposal).quorum_percent == 33


def test_who_left_is_no_reason_to_miss_a_quorum(
    world: World, proposed: Callable[..., Proposal], vote: Callable[..., None], as_member: As
) -> None:
    proposal = proposed(quorum_percent=100)
    vote(proposal, world.ana, "yes")
    vote(proposal, world.ben, "yes")
    with as_member(world.caro):
        actions.leave_group(by=world.caro)
    with as_member(world.ana):
        actions.close_early(by=world.ana, proposal=proposal)
        assert Proposal.objects.get(pk=proposal.pk).is_adopted


# --- What follows -----------------------------------------------------------------------------------------------------


def test_a_member_is_removed_by_the_others_and_may_speak_but_not_vote(
    world: World, proposed: Callable[..., Proposal], vote: Callable[..., None], sign_in: Callable[..., Client]
) -> None:
    proposal = proposed(effect="remove_member", effect_on=world.ben.pk, method="two_thirds")
    assert "you do not vote on it" in sign_in(world.ben).get(proposal.get_absolute_url()).content.decode()
    with pytest.raises(actions.NotAVoter):
        vote(proposal, world.ben, "no")
    vote(proposal, world.caro, "yes")
    vote(proposal, world.ana, "yes")
    assert sign_in(world.ana).post(f"{proposal.get_absolute_url()}close/").status_code == 302
    with isolation.context(groups=[world.union.pk]):
        assert Membership.objects.get(pk=world.ben.pk).left_on is not None
        assert Proposal.objects.get(pk=proposal.pk).carried_out_at is not None
    assert sign_in(world.ben).get(proposal.get_absolute_url()).status_code == 404


def test_one_voter_alone_removes_nobody(
    world: World, proposed: Callable[..., Proposal], vote: Callable[..., None], now_of: Callable[..., Proposal]
) -> None:
    proposal = proposed(effect="remove_member", effect_on=world.ben.pk, method="two_thirds")
    vote(proposal, world.ana, "yes")
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        keep_time_of_decisions()
    assert now_of(proposal).outcome == "no_quorum"


def test_a_bare_majority_does_not_remove_or_convert(
    world: World, proposed: Callable[..., Proposal], sign_in: Callable[..., Client]
) -> None:
    page = sign_in(world.ana).get(f"/groups/{world.union.slug}/proposals/new/?effect=remove_member&on={world.ben.pk}")
    assert "ben is no longer a member" in page.content.decode()
    assert [value for value, _ in page.context["form"].fields["method"].choices] == ["consent", "two_thirds"]
    with pytest.raises(IntegrityError, match="proposal_weighty_needs_strong_method"):
        proposed(effect="convert", method="majority")


def test_a_circle_becomes_an_organization_when_nobody_blocks(db: None, sign_in: Callable[..., Client]) -> None:
    eva = make_person("eva")
    with isolation.context(person=eva.pk):
        circle = actions.found_group(by=eva, kind="circle", name="The stairs")
        member = Membership.objects.select_related("group", "person").get(group=circle)
        now = timezone.now()
        proposal = actions.propose(
            by=member, title="Grow", method="consent", effect="convert", opens_at=now, closes_at=now + timedelta(1)
        )
    client = sign_in(eva)
    assert client.post(f"{proposal.get_absolute_url()}vote/", {"choice": "agree"}).status_code == 302
    assert client.post(f"{proposal.get_absolute_url()}close/").status_code == 302
    with isolation.context(groups=[circle.pk]):
        assert Group.objects.get(pk=circle.pk).kind == "organization"


def test_a_group_is_erased_by_decision_and_the_one_who_closed_it_is_led_out(
    world: World, proposed: Callable[..., Proposal], vote: Callable[..., None], sign_in: Callable[..., Client]
) -> None:
    proposal = proposed(effect="erase_group", method="consent")
    for who in (world.ana, world.ben, world.caro):
        vote(proposal, who, "agree")
    answer = sign_in(world.ana).post(f"{proposal.get_absolute_url()}close/")
    assert answer["Location"] == "/groups/"
    assert sign_in(world.ben).get(proposal.get_absolute_url()).status_code == 404


def test_what_is_not_possible_any_more_stays_decided_and_waits(
    world: World,
    proposed: Callable[..., Proposal],
    vote: Callable[..., None],
    sign_in: Callable[..., Client],
    as_member: As,
    now_of: Callable[..., Proposal],
) -> None:
    proposal = proposed(effect="remove_member", effect_on=world.ben.pk, method="consent")
    vote(proposal, world.ana, "agree")
    vote(proposal, world.caro, "agree")
    with as_member(world.ben):
        actions.leave_group(by=world.ben)
    page = sign_in(world.ana).post(f"{proposal.get_absolute_url()}close/", follow=True).content.decode()
    assert now_of(proposal).waits_to_be_carried_out
    assert "Decided, and not carried out yet" in page


# --- Discussion, and how the pages hold -------------------------------------------------------------------------------


def test_a_comment_sent_twice_is_said_once_and_none_after_closing(
    world: World, proposed: Callable[..., Proposal], sign_in: Callable[..., Client]
) -> None:
    proposal = proposed()
    said = {"text": "With lentils?", "key": str(uuid4())}
    for _ in range(2):
        assert sign_in(world.ben).post(f"{proposal.get_absolute_url()}comment/", said).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        sign_in(world.ben).post(f"{proposal.get_absolute_url()}comment/", {"text": "Too late", "key": str(uuid4())})
    with isolation.context(groups=[world.union.pk]):
        assert Comment.objects.filter(proposal=proposal).count() == 1


def test_words_are_sealed_in_the_database(world: World, proposed: Callable[..., Proposal], as_member: As) -> None:
    proposed(title="CANARY title", text="CANARY text")
    with as_member(world.ana):
        for row in Proposal.objects.values_list("title", "text", "lot_seed", "result"):
            assert all(b"CANARY" not in bytes(value) for value in row)


def test_the_list_asks_the_database_as_often_for_twelve_as_for_two(
    world: World, proposed: Callable[..., Proposal], sign_in: Callable[..., Client]
) -> None:
    client, address = sign_in(world.ben), f"/groups/{world.union.slug}/proposals/"
    later = timezone.now() + timedelta(days=2)

    def queries(number: int) -> int:
        for _ in range(number):
            proposed()
            proposed(opens_at=later, closes_at=later + timedelta(days=2))
        with isolation.context(groups=[world.union.pk]):
            for each in Proposal.objects.open()[: number // 2]:
                each.state, each.closed_at = "withdrawn", timezone.now()
                each.save(update_fields=["state", "closed_at"])
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    client.get(address)
    assert queries(2) == queries(10)


def test_one_page_asks_as_often_with_many_voices_as_with_few(
    world: World, proposed: Callable[..., Proposal], as_member: As, sign_in: Callable[..., Client]
) -> None:
    proposal, counts = proposed(), []
    sign_in(world.caro).get(proposal.get_absolute_url())
    for number in (2, 10):
        with as_member(world.ben):
            for _ in range(number):
                actions.comment_on_proposal(by=world.ben, proposal=proposal, text="A word")
        with CaptureQueriesContext(connection) as asked:
            sign_in(world.caro).get(proposal.get_absolute_url())
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_participation_is_put_down_when_voting_opens(
    world: World, proposed: Callable[..., Proposal], as_member: As
) -> None:
    proposal = proposed()
    with as_member(world.ana):
        assert Participation.objects.filter(proposal=proposal, took_part=False).count() == 3
