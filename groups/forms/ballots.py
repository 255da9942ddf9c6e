"""The ballot of each method, and what tellers enter. All of them work without script."""

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from groups.actions.ballots import CHOICES
from groups.counting import MOST_POINTS
from groups.models import Ballot, Membership, Option, Participation, Proposal

Method = Proposal.Method

WORDS = {
    "agree": _("I agree"),
    "aside": _("I stand aside: not for me, and I do not stop it"),
    "concern": _("I have a concern, and do not stop it"),
    "block": _("I block: this must not happen"),
    "yes": _("Yes"),
    "no": _("No"),
    "abstain": _("I abstain"),
}
NEED_REASON = ("concern", "block")
# More than any group has on paper in one evening.
MOST_ON_PAPER = 500


class ChoiceBallotForm(forms.Form):
    """Consent, majority, two thirds: one of a few words."""

    choice = forms.ChoiceField(label=_("Your vote"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Your reason"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Say it with a concern or a block: everyone sees it at once, with your handle, and can answer."),
    )

    def __init__(self, *args: Any, proposal: Proposal, options: list[Option], voter: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["choice"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(name, WORDS[name]) for name in CHOICES[Method(proposal.method)]]
        if proposal.method != Method.CONSENT:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("choice") in NEED_REASON and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why, in a few words. Without a reason nobody can answer it."))
        return cleaned

    @property
    def ballot(self) -> dict[str, Any]:
        chosen = self.cleaned_data["choice"]
        reason = self.cleaned_data.get("reason", "") if chosen in NEED_REASON else ""
        return {"choice": chosen, "reason": reason}

    @staticmethod
    def initial_of(ballot: Ballot) -> dict[str, Any]:
        return {"choice": ballot.chosen, "reason": ballot.reason}


class _OptionsForm(forms.Form):
    """One field for each option, in an order of each voter's own, so that nobody stands first for all."""

    def __init__(self, *args: Any, proposal: Proposal, options: list[Option], voter: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = [option.position for option in options]

        def drawn(option: Option) -> str:
            return hashlib.sha256(f"{voter.pk}{option.pk}".encode()).hexdigest()

        for option in sorted(options, key=drawn):
            self.fields[f"option_{option.position}"] = self.field_of(option)

    def field_of(self, option: Option) -> forms.Field:
        raise NotImplementedError

    @property
    def given(self) -> dict[int, int]:
        found = ((number, self.cleaned_data.get(f"option_{number}")) for number in self.numbers)
        return {number: value for number, value in found if isinstance(value, int)}


class ScoreBallotForm(_OptionsForm):
    """0 to 5 points for each option."""

    def field_of(self, option: Option) -> forms.Field:
        points = [(points, ngettext("%d point", "%d points", points) % points) for points in range(MOST_POINTS + 1)]
        return forms.TypedChoiceField(label=option.words, choices=[("", "–"), *points], coerce=int)

    @property
    def ballot(self) -> dict[str, Any]:
        return {"choice": [self.given[number] for number in self.numbers]}

    @staticmethod
    def initial_of(ballot: Ballot) -> dict[str, Any]:
        return {f"option_{number}": points for number, points in enumerate(ballot.chosen, start=1)}


class RankBallotForm(_OptionsForm):
    """1 for the first choice, 2 for the second, as many as one likes."""

    def __init__(self, *args: Any, options: list[Option], **kwargs: Any) -> None:
        self.places = len(options)
        super().__init__(*args, options=options, **kwargs)
        self.fields["nobody"] = forms.BooleanField(label=_("I rank none of them"), required=False)

    def field_of(self, option: Option) -> forms.Field:
        places = [(place, str(place)) for place in range(1, self.places + 1)]
        return forms.TypedChoiceField(
            label=option.words, choices=[("", _("not ranked")), *places], coerce=int, required=False
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        places: dict[int, int] = {}
        for number, place in self.given.items():
            if place in places:
                self.add_error(
                    f"option_{number}", _("Place %(place)s is given twice. Each place goes once.") % {"place": place}
                )
            places[place] = number
        if not self.errors and not places and not cleaned.get("nobody"):
            self.add_error("nobody", _("Give at least one a place, or say here that you rank none."))
        if not self.errors and places and cleaned.get("nobody"):
            self.add_error("nobody", _("You gave places too. Take them away, or take this tick away."))
        return cleaned

    @property
    def ballot(self) -> dict[str, Any]:
        return {"choice": sorted(self.given, key=self.given.__getitem__)}

    @staticmethod
    def initial_of(ballot: Ballot) -> dict[str, Any]:
        places = {f"option_{number}": place for place, number in enumerate(ballot.chosen, start=1)}
        return {**places, "nobody": not ballot.chosen}


BallotForm = ChoiceBallotForm | ScoreBallotForm | RankBallotForm
_FORMS: dict[str, type[ChoiceBallotForm] | type[ScoreBallotForm] | type[RankBallotForm]] = {
    Method.SCORE: ScoreBallotForm,
    Method.RANKED: RankBallotForm,
}


def ballot_form_of(proposal: Proposal) -> type[ChoiceBallotForm] | type[ScoreBallotForm] | type[RankBallotForm]:
    return _FORMS.get(proposal.method, ChoiceBallotForm)


class TellerForm(forms.Form):
    """What one teller counted: how many of each choice, or each ballot as a line; and who voted that way."""

    voters = forms.ModelMultipleChoiceField(
        label=_("Who voted on paper or by phone"),
        queryset=Participation.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They cannot vote here any more. Nothing joins them to a ballot."),
    )

    def __init__(self, *args: Any, proposal: Proposal, options: list[Option], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposal, self.numbers = proposal, [option.position for option in options]
        voters = self.fields["voters"]
        assert isinstance(voters, forms.ModelMultipleChoiceField)
        voters.queryset = Participation.objects.filter(
            proposal=proposal, took_part=False, membership__isnull=False, membership__left_on=None
        ).select_related("membership__person")
        voters.label_from_instance = _handle_of  # type: ignore[assignment]
        if proposal.has_options:
            self.fields["ballots"] = forms.CharField(
                label=_("The ballots, one on each line"),
                max_length=20_000,
                widget=forms.Textarea(attrs={"rows": 6}),
                help_text=_BALLOT_LINES[Method(proposal.method)],
            )
        else:
            for name in CHOICES[Method(proposal.method)]:
                self.fields[f"count_{name}"] = forms.IntegerField(
                    label=WORDS[name], min_value=0, max_value=MOST_ON_PAPER, initial=0
                )

    def clean_ballots(self) -> list[list[int]]:
        lines = self.cleaned_data["ballots"].splitlines()
        read = self._read_points if self.proposal.method == Method.SCORE else self._read_ranking
        ballots = [read(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
        if len(ballots) > MOST_ON_PAPER:
            raise forms.ValidationError(_("At most %(most)s ballots at once.") % {"most": MOST_ON_PAPER})
        return ballots

    def _read_points(self, number: int, line: str) -> list[int]:
        points = _numbers(line)
        if points is None or len(points) != len(self.numbers) or not all(0 <= each <= MOST_POINTS for each in points):
            raise forms.ValidationError(
                _("Line %(line)s: write %(options)s numbers from 0 to 5.")
                % {"line": number, "options": len(self.numbers)}
            )
        return points

    def _read_ranking(self, number: int, line: str) -> list[int]:
        if line.strip() == "-":
            return []
        ranking = _numbers(line)
        if ranking is None or len(set(ranking)) < len(ranking) or not set(ranking) <= set(self.numbers):
            raise forms.ValidationError(
                _("Line %(line)s: write numbers of the list, first choice first, each once.") % {"line": number}
            )
        return ranking

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and len(self.choices) != len(cleaned["voters"]):
            self.add_error(
                "voters",
                _("You entered %(ballots)s ballots and ticked %(people)s people. These must be the same.")
                % {"ballots": len(self.choices), "people": len(cleaned["voters"])},
            )
        return cleaned

    @property
    def choices(self) -> list[Any]:
        """The ballots, in an order that says nothing."""
        if self.proposal.has_options:
            return sorted(self.cleaned_data["ballots"])
        names = CHOICES[Method(self.proposal.method)]
        return [name for name in names for _each in range(self.cleaned_data[f"count_{name}"])]

    @property
    def people(self) -> list[Membership]:
        return [each.membership for each in self.cleaned_data["voters"]]

    @classmethod
    def initial_of(cls, proposal: Proposal, counted: dict[str, Any], participations: dict[str, Any]) -> dict[str, Any]:
        """What this teller entered before, to correct it."""
        initial: dict[str, Any] = {
            "voters": [participations[voter] for voter in counted["voters"] if voter in participations]
        }
        if proposal.has_options:
            return initial | {"ballots": "\n".join(" ".join(map(str, each)) or "-" for each in counted["ballots"])}
        return initial | {f"count_{name}": counted["ballots"].count(name) for name in CHOICES[Method(proposal.method)]}


_BALLOT_LINES: dict[Proposal.Method, Any] = {
    Method.SCORE: _("The points in the order of the list, such as: 5 0 3"),
    Method.RANKED: _("Numbers of the list, first choice first, such as: 2 1 3. A line with - ranks nobody."),
}


def _numbers(line: str) -> list[int] | None:
    """The numbers in a line; None when something in it is none. Short ones only: nobody has a million options."""
    parts = line.replace(",", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts):
        return None
    return [int(part) for part in parts]


def _handle_of(participation: Participation) -> str:
    return participation.membership.person.handle if participation.membership else ""
