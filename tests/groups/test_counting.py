"""Counting: published examples, and what must hold of every count."""

from collections import Counter
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from groups.counting import (
    consents,
    count_ranked,
    count_scores,
    has_majority,
    has_two_thirds,
)

SEED = "a published seed"

# --- Published examples -----------------------------------------------------------------------------------------------


def test_the_party_food_is_chosen_as_wikipedia_counts_it():
    """Single transferable vote, the example of twenty guests, three foods and a Droop quota of six."""
    orange, pear, chocolate, strawberry, sweets = range(1, 6)
    ballots = (
        [(orange,)] * 4
        + [(pear, orange)] * 2
        + [(chocolate, strawberry)] * 8
        + [(chocolate, sweets)] * 4
        + [(strawberry,), (sweets,)]
    )
    election = count_ranked(ballots, range(1, 6), 3, SEED)
    assert election.quota == 6
    assert election.elected == (chocolate, orange, strawberry)
    first, second, third, fourth = election.rounds
    assert first.votes == {orange: 4, pear: 2, chocolate: 12, strawberry: 1, sweets: 1}
    assert (first.surplus_of, second.votes[strawberry], second.votes[sweets]) == (chocolate, 5, 3)
    assert (second.excluded, third.votes[orange], third.elected) == (pear, 6, (orange,))
    assert (third.excluded, fourth.elected) == (sweets, (strawberry,))


def test_two_seats_of_four_are_filled_as_wikipedia_counts_it():
    """Counting single transferable votes: 57 voters, Andrea's surplus of 20 moves on as 8 and 12."""
    andrea, brad, carter, delilah = range(1, 5)
    ballots = (
        [(andrea, brad, carter, delilah)] * 16
        + [(andrea, carter, brad, delilah)] * 24
        + [(delilah, andrea, brad, carter)] * 17
    )
    election = count_ranked(ballots, range(1, 5), 2, SEED)
    assert election.quota == 20
    assert election.rounds[0].votes == {andrea: 40, brad: 0, carter: 0, delilah: 17}
    assert election.rounds[1].votes == {andrea: 20, brad: 8, carter: 12, delilah: 17}
    assert election.rounds[1].excluded == brad
    assert election.rounds[2].votes == {andrea: 20, carter: 20, delilah: 17}
    assert election.elected == (andrea, carter)


def test_one_seat_is_the_instant_run_off_of_the_capital_of_tennessee():
    memphis, nashville, chattanooga, knoxville = range(1, 5)
    ballots = (
        [(memphis, nashville, chattanooga, knoxville)] * 42
        + [(nashville, chattanooga, knoxville, memphis)] * 26
        + [(chattanooga, knoxville, nashville, memphis)] * 15
        + [(knoxville, chattanooga, nashville, memphis)] * 17
    )
    election = count_ranked(ballots, range(1, 5), 1, SEED)
    assert election.elected == (knoxville,)
    assert [each.excluded for each in election.rounds] == [chattanooga, nashville, None]
    assert election.rounds[2].votes == {memphis: 42, knoxville: 58}


def test_a_surplus_moves_on_with_all_the_ballots_at_their_own_weight():
    """Weighted inclusive: ballots that came in late move on too, each at the share that is surplus."""
    ballots = [(1, 2)] * 6 + [(1, 3)] * 2 + [(2, 3)] * 1 + [(3,)] * 2
    election = count_ranked(ballots, [1, 2, 3], 2, SEED)
    assert election.quota == 4
    assert election.rounds[0].votes == {1: 8, 2: 1, 3: 2}
    # Half of Ana's eight move: three to the second, one to the third.
    assert election.rounds[1].votes == {1: 4, 2: 4, 3: 3}
    assert election.elected == (1, 2)


# --- What must hold of every count ------------------------------------------------------------------------------------

CANDIDATES = st.integers(2, 6)


@st.composite
def elections(draw):
    number = draw(CANDIDATES)
    ballot = st.permutations(range(1, number + 1)).flatmap(
        lambda order: st.integers(0, number).map(lambda length: tuple(order[:length]))
    )
    ballots = draw(st.lists(ballot, max_size=40))
    return ballots, list(range(1, number + 1)), draw(st.integers(1, number))


@settings(max_examples=200, deadline=None)
@given(elections())
def test_every_seat_is_filled_while_somebody_is_ranked(election):
    ballots, candidates, seats = election
    ranked = {each for ballot in ballots for each in ballot}
    result = count_ranked(ballots, candidates, seats, SEED)
    assert len(result.elected) == len(set(result.elected)) == min(seats, len(ranked))
    assert set(result.elected) <= ranked


@settings(max_examples=200, deadline=None)
@given(elections())
def test_no_vote_is_lost_and_no_vote_is_made(election):
    ballots, candidates, seats = election
    result = count_ranked(ballots, candidates, seats, SEED)
    valid = sum(1 for ballot in ballots if ballot)
    assert result.blank == len(ballots) - valid
    for each in result.rounds:
        assert sum(each.votes.values(), Fraction(0)) + each.exhausted == valid


@settings(max_examples=200, deadline=None)
@given(elections(), st.integers())
def test_the_order_of_ballots_and_candidates_changes_nothing(election, shuffle):
    ballots, candidates, seats = election
    mixed, others = list(ballots), list(candidates)
    Random(shuffle).shuffle(mixed)
    Random(shuffle + 1).shuffle(others)
    assert count_ranked(mixed, others, seats, SEED) == count_ranked(ballots, candidates, seats, SEED)


@settings(max_examples=200, deadline=None)
@given(elections())
def test_whoever_is_elected_before_the_end_keeps_exactly_the_quota(election):
    ballots, candidates, seats = election
    result = count_ranked(ballots, candidates, seats, SEED)
    moved = None
    for each in result.rounds:
        if moved is not None:
            assert each.votes[moved] == result.quota
        moved = each.surplus_of
    assert all(votes > 0 or not result.elected for votes in [result.quota])


@settings(max_examples=100, deadline=None)
@given(elections())
def test_more_first_choices_than_the_quota_always_elect(election):
    ballots, candidates, seats = election
    result = count_ranked(ballots, candidates, seats, SEED)
    firsts = Counter(ballot[0] for ballot in ballots if ballot)
    assert {each for each, votes in firsts.items() if votes >= result.quota} <= set(result.elected)


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 30), st.integers(1, 4), st.integers(1, 3))
def test_a_solid_group_gets_its_share(voters, quotas, others):
    """Whoever are `quotas` quotas strong and rank the same candidates first elect that many of them."""
    seats = quotas + 1
    strong = [tuple(range(1, quotas + 1))] * (voters * quotas)
    rest = [(90 + number,) for number in range(others)]
    result = count_ranked(strong + rest, [*range(1, quotas + 1), 90, 91, 92], seats, SEED)
    share = len(strong) // result.quota
    assert len(set(result.elected) & set(range(1, quotas + 1))) >= min(share, quotas)


def test_equals_are_told_apart_by_the_round_before_and_only_then_by_lot():
    # Two and three tie at the end; two had more at the start.
    ballots = [(1,)] * 5 + [(2,)] * 3 + [(3,)] * 2 + [(4, 3)] * 1
    result = count_ranked(ballots, [1, 2, 3, 4], 1, SEED)
    steps = [(each.excluded, each.by_lot) for each in result.rounds]
    assert steps == [(4, False), (3, False), (2, False), (None, False)]


def test_the_lot_follows_the_seed_and_says_so():
    ballots = [(1,), (2,)]
    drawn = {seed: count_ranked(ballots, [1, 2], 1, seed) for seed in map(str, range(20))}
    assert {result.elected for result in drawn.values()} == {(1,), (2,)}
    assert all(result.rounds[0].by_lot for result in drawn.values())
    assert drawn["7"] == count_ranked(ballots, [2, 1], 1, "7")


def test_nobody_is_elected_whom_nobody_ranks():
    assert count_ranked([(1,), ()], [1, 2, 3], 2, SEED).elected == (1,)
    assert count_ranked([], [1, 2], 1, SEED).elected == ()


# --- Points, and yes or no --------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), max_size=20), st.integers())
def test_points_add_up_in_any_order(ballots, shuffle):
    rows = [dict(enumerate(each, start=1)) for each in ballots]
    mixed = list(rows)
    Random(shuffle).shuffle(mixed)
    scores = count_scores(rows, [1, 2, 3], SEED)
    assert scores == count_scores(mixed, [3, 2, 1], SEED)
    assert sum(scores.points.values()) == sum(map(sum, ballots))
    if scores.winner is None:
        assert not any(scores.points.values())
    else:
        assert scores.points[scores.winner] == max(scores.points.values())


def test_a_block_stops_and_a_concern_does_not():
    assert consents({"agree": 1, "aside": 5, "concern": 3})
    assert not consents({"agree": 9, "block": 1})
    assert not consents({"aside": 4})


def test_abstaining_counts_for_neither_side():
    assert has_majority({"yes": 2, "no": 1, "abstain": 9})
    assert not has_majority({"yes": 2, "no": 2})
    assert has_two_thirds({"yes": 4, "no": 2})
    assert not has_two_thirds({"yes": 5, "no": 3})
    assert not has_two_thirds({"abstain": 3})
