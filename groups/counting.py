"""Counting votes: numbers in, result out. Knows no database, uses exact fractions, leaves nothing to chance.

The ranked count is the single transferable vote as Scotland counts it (weighted inclusive Gregory), but with exact
fractions instead of five decimals: docs/decisions/stv.md. The order of ballots and candidates changes nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

MOST_POINTS = 5

Ranking = tuple[int, ...]


def lot(seed: str, number: int) -> str:
    """What this option drew: the highest of these wins where nothing else tells two apart."""
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()


# --- Yes or no ------------------------------------------------------------------------------------------------------


def consents(counts: Mapping[str, int]) -> bool:
    """Nobody blocks, and somebody wants it. Standing aside and concerns do not stop it."""
    return not counts.get("block") and counts.get("agree", 0) > 0


def has_majority(counts: Mapping[str, int]) -> bool:
    """More yes than no. Abstaining counts for neither."""
    return counts.get("yes", 0) > counts.get("no", 0)


def has_two_thirds(counts: Mapping[str, int]) -> bool:
    """At least two yes for each no. Abstaining counts for neither."""
    return counts.get("yes", 0) > 0 and counts.get("yes", 0) >= 2 * counts.get("no", 0)


# --- Points ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scores:
    """`winner`: the option with the most points; None when nothing got any. `by_lot`: equals had to be told apart."""

    points: dict[int, int]
    winner: int | None
    by_lot: bool


def count_scores(ballots: Iterable[Mapping[int, int]], options: Collection[int], seed: str) -> Scores:
    """Each ballot gives each option 0 to 5 points; an option left out gets 0."""
    points = dict.fromkeys(sorted(options), 0)
    for ballot in ballots:
        for option, given in ballot.items():
            points[option] += given
    most = max(points.values(), default=0)
    best = [option for option, total in points.items() if total == most]
    if most == 0:
        return Scores(points, None, by_lot=False)
    return Scores(points, max(best, key=lambda option: lot(seed, option)), by_lot=len(best) > 1)


# --- Ranking: the single transferable vote --------------------------------------------------------------------------


@dataclass(frozen=True)
class Round:
    """What each candidate held, and what was done then: who was elected, whose votes moved on, and why.

    `surplus_of`: an elected candidate whose votes above the quota moved on. `excluded`: who had the fewest; all their
    votes moved on. `by_lot`: the lot had to say which.
    """

    votes: dict[int, Fraction]
    exhausted: Fraction
    elected: tuple[int, ...]
    surplus_of: int | None = None
    excluded: int | None = None
    by_lot: bool = False


@dataclass(frozen=True)
class Election:
    quota: int
    rounds: tuple[Round, ...]
    elected: tuple[int, ...]
    blank: int


def count_ranked(ballots: Iterable[Sequence[int]], candidates: Collection[int], seats: int, seed: str) -> Election:
    """Fill `seats` from ballots that rank candidates, first choice first. One seat makes it the instant run-off.

    A candidate whom nobody ranks is not elected, also when a seat stays empty.
    """
    ranked = Counter(tuple(ballot) for ballot in ballots)
    blank = ranked.pop((), 0)
    quota = sum(ranked.values()) // (seats + 1) + 1
    count = _Count(ranked, {each for ballot in ranked for each in ballot} & set(candidates), seats, quota, seed)
    while count.goes_on():
        count.take_round()
    return Election(quota, tuple(count.rounds), tuple(count.elected), blank)


def _weight(pile: Mapping[Ranking, Fraction]) -> Fraction:
    return sum(pile.values(), Fraction(0))


class _Count:
    """One count under way. Piles hold ballots that are alike, with their weight."""

    def __init__(self, ranked: Mapping[Ranking, int], hopeful: set[int], seats: int, quota: int, seed: str) -> None:
        self.hopeful, self.seats, self.quota, self.seed = hopeful, seats, quota, seed
        self.elected: list[int] = []
        self.surpluses: list[int] = []
        self.exhausted = Fraction(0)
        self.rounds: list[Round] = []
        self.piles: dict[int, dict[Ranking, Fraction]] = {each: {} for each in hopeful}
        self._pass_on({ballot: Fraction(number) for ballot, number in ranked.items()})

    def goes_on(self) -> bool:
        return len(self.elected) < self.seats and bool(self.hopeful)

    def take_round(self) -> None:
        """Elect whom the votes elect; if seats are left, move a surplus or the votes of the last on."""
        votes = {each: _weight(pile) for each, pile in sorted(self.piles.items())}
        exhausted = self.exhausted
        vacant = self.seats - len(self.elected)
        if len(self.hopeful) <= vacant:
            reached = set(self.hopeful)
        else:
            reached = {each for each in self.hopeful if votes[each] >= self.quota}
        elected = sorted(reached, key=lambda each: self._standing(each, votes), reverse=True)
        self.elected += elected
        self.hopeful -= reached
        self.surpluses += [each for each in elected if votes[each] > self.quota]
        done: dict[str, int | bool | None] = {}
        if self.goes_on():
            done = self._move_surplus(votes) if self.surpluses else self._exclude_last(votes)
        self.rounds.append(Round(votes, exhausted, tuple(elected), **done))  # type: ignore[arg-type]

    def _move_surplus(self, votes: Mapping[int, Fraction]) -> dict[str, int | bool | None]:
        """The largest surplus first. Each ballot in the pile moves on at the share that is surplus."""
        chosen, by_lot = self._first_by(self.surpluses, votes, highest=True)
        self.surpluses.remove(chosen)
        share = (votes[chosen] - self.quota) / votes[chosen]
        pile = self.piles[chosen]
        self.piles[chosen] = {ballot: weight * (1 - share) for ballot, weight in pile.items()}
        self._pass_on({ballot: weight * share for ballot, weight in pile.items()})
        return {"surplus_of": chosen, "by_lot": by_lot}

    def _exclude_last(self, votes: Mapping[int, Fraction]) -> dict[str, int | bool | None]:
        chosen, by_lot = self._first_by(self.hopeful, votes, highest=False)
        self.hopeful.remove(chosen)
        self._pass_on(self.piles.pop(chosen))
        return {"excluded": chosen, "by_lot": by_lot}

    def _pass_on(self, ballots: Mapping[Ranking, Fraction]) -> None:
        for ballot, weight in ballots.items():
            heir = next((each for each in ballot if each in self.hopeful), None)
            if heir is None:
                self.exhausted += weight
            else:
                self.piles[heir][ballot] = self.piles[heir].get(ballot, Fraction(0)) + weight

    def _history(self, each: int, votes: Mapping[int, Fraction]) -> tuple[Fraction, ...]:
        """Votes now, a round ago, two rounds ago ...: the latest difference decides between equals."""
        return (votes[each], *(before.votes[each] for before in reversed(self.rounds)))

    def _standing(self, each: int, votes: Mapping[int, Fraction]) -> tuple[tuple[Fraction, ...], str]:
        return self._history(each, votes), lot(self.seed, each)

    def _first_by(self, among: Iterable[int], votes: Mapping[int, Fraction], *, highest: bool) -> tuple[int, bool]:
        """Who has most, or fewest; and whether only the lot could tell."""
        ordered = sorted(among, key=lambda each: self._standing(each, votes), reverse=highest)
        by_lot = len(ordered) > 1 and self._history(ordered[0], votes) == self._history(ordered[1], votes)
        return ordered[0], by_lot
