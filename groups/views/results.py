"""What came of a vote, in plain words and numbers."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups.actions.ballots import CHOICES
from groups.models import Ballot, Option, Proposal

Method = Proposal.Method


def short_words() -> dict[str, str]:
    return {
        "agree": _("agree"),
        "aside": _("stand aside"),
        "concern": _("have a concern"),
        "block": _("block"),
        "yes": _("yes"),
        "no": _("no"),
        "abstain": _("abstain"),
    }


def result_of(proposal: Proposal, options: list[Option]) -> dict[str, Any]:
    """What the page of a closed proposal shows: a sentence, turnout, bars, rounds, and how each voted in the open."""
    counts = proposal.counts
    names = {option.position: option.words for option in options}
    elected = [names.get(number, "?") for number in counts.get("elected", [])]
    return {
        "sentence": sentence_of(proposal, counts, elected),
        "turnout": turnout_of(counts),
        "bars": bars_of(proposal, counts, names),
        "by_lot": counts.get("by_lot") or any(each["by_lot"] for each in counts.get("rounds", [])),
        "lot_seed": counts.get("lot_seed", ""),
        "elected": elected if proposal.method == Method.RANKED else [],
        "rounds": rounds_of(counts, names),
        "quota": counts.get("quota"),
        "blank": counts.get("blank"),
        "votes": [] if proposal.is_secret else votes_of(proposal, names),
    }


def turnout_of(counts: dict[str, Any]) -> str:
    voters, took_part = counts["voters"], counts["took_part"]
    return ngettext(
        "%(took_part)s of %(voters)s voter took part.", "%(took_part)s of %(voters)s voters took part.", voters
    ) % {"took_part": took_part, "voters": voters}


def sentence_of(proposal: Proposal, counts: dict[str, Any], elected: list[str]) -> str:
    """The program's plain words: what was decided and by what."""
    if proposal.outcome == Proposal.Outcome.NO_QUORUM:
        return _("Not decided: %(took_part)s took part, and %(needed)s were needed.") % counts
    told = {"names": ", ".join(elected), **counts.get("counts", {})}
    adopted = {
        Method.CONSENT: _("Adopted by consent: nobody blocked."),
        Method.MAJORITY: _("Adopted, with %(yes)s yes and %(no)s no."),
        Method.TWO_THIRDS: _("Adopted, with %(yes)s yes and %(no)s no."),
        Method.SCORE: _("Chosen, with the most points: %(names)s."),
        Method.RANKED: _("Elected: %(names)s.") if proposal.is_election else _("Chosen: %(names)s."),
    }
    rejected = {
        Method.CONSENT: _("Not adopted: somebody blocked, or nobody agreed."),
        Method.MAJORITY: _("Not adopted, with %(yes)s yes and %(no)s no."),
        Method.TWO_THIRDS: _("Not adopted, with %(yes)s yes and %(no)s no."),
        Method.SCORE: _("Nothing was chosen: no option got a vote."),
        Method.RANKED: _("Nothing was chosen: no option got a vote."),
    }
    return (adopted if proposal.is_adopted else rejected)[Method(proposal.method)] % told


def bars_of(proposal: Proposal, counts: dict[str, Any], names: dict[int, str]) -> list[tuple[str, int, int]]:
    """(words, number, length in percent of the longest)."""
    if "counts" in counts:
        words = short_words()
        rows = [(words[name], counts["counts"][name]) for name in CHOICES[Method(proposal.method)]]
    elif "points" in counts:
        rows = [(names.get(int(number), "?"), points) for number, points in counts["points"].items()]
        rows.sort(key=lambda row: -row[1])
    else:
        return []
    longest = max((number for _words, number in rows), default=0) or 1
    return [(words, number, round(100 * number / longest)) for words, number in rows]


def rounds_of(counts: dict[str, Any], names: dict[int, str]) -> dict[str, Any] | None:
    """The count as a table: a row for each candidate, a column for each round; and what happened in each."""
    rounds = counts.get("rounds")
    if not rounds:
        return None
    columns = [_("Round %(number)s") % {"number": number} for number in range(1, len(rounds) + 1)]
    numbers = sorted((int(number) for number in rounds[0]["votes"]), key=lambda number: _last_round(number, rounds))
    rows = [
        [names.get(number, "?"), *(_votes(each["votes"].get(str(number))) for each in rounds)] for number in numbers
    ]
    if any(Fraction(each["exhausted"]) for each in rounds):
        rows.append([_("votes that moved to nobody"), *(_votes(each["exhausted"]) for each in rounds)])
    return {"columns": [_("Candidate"), *columns], "rows": rows, "steps": [_step(each, names) for each in rounds]}


def _last_round(number: int, rounds: list[dict[str, Any]]) -> tuple[int, Fraction]:
    """Who stayed longest stands first, and among them who had most at the start."""
    stayed = sum(str(number) in each["votes"] for each in rounds)
    return -stayed, -Fraction(rounds[0]["votes"][str(number)])


def _votes(value: str | None) -> str:
    if value is None:
        return "–"
    votes = Fraction(value)
    if votes.denominator == 1:
        return number_format(int(votes))
    return number_format(Decimal(votes.numerator) / Decimal(votes.denominator), decimal_pos=2)


def _step(each: dict[str, Any], names: dict[int, str]) -> str:
    said = []
    if each["elected"]:
        said.append(_("Elected: %(names)s.") % {"names": ", ".join(names.get(it, "?") for it in each["elected"])})
    if each["surplus_of"] is not None:
        name = names.get(each["surplus_of"], "?")
        said.append(_("%(name)s has more than the quota: what is over moves to the next choices.") % {"name": name})
    if each["excluded"] is not None:
        name = names.get(each["excluded"], "?")
        said.append(_("%(name)s has the fewest and is out: the votes move to the next choices.") % {"name": name})
    if each["by_lot"]:
        said.append(_("Two were equal in every round: the lot decided."))
    return " ".join(said)


def votes_of(proposal: Proposal, names: dict[int, str]) -> list[tuple[str, str, str]]:
    """How each voted in an open vote: (handle, words, reason)."""
    words = short_words()
    ballots = Ballot.objects.filter(proposal=proposal).select_related("group", "membership__person")
    rows = []
    for ballot in ballots:
        who = ballot.membership.person.handle if ballot.membership else _("on paper, or someone who left")
        rows.append((who, _chosen(proposal, ballot.chosen, names, words), str(ballot.reason)))
    return sorted(rows)


def _chosen(proposal: Proposal, chosen: Any, names: dict[int, str], words: dict[str, str]) -> str:
    if proposal.method == Method.SCORE:
        return ", ".join(f"{names.get(number, '?')} {points}" for number, points in enumerate(chosen, start=1))
    if proposal.method == Method.RANKED:
        return ", ".join(names.get(number, "?") for number in chosen) or _("nobody")
    return words[chosen]
