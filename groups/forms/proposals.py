"""The form that puts a question to the group."""

from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.forms.words import LineField, in_one_line
from groups.models import Agreement, Membership, Proposal

Method = Proposal.Method

METHODS = {
    Method.CONSENT: _("Consent: adopted when nobody blocks. For what we all have to live with."),
    Method.MAJORITY: _("Majority: more yes than no."),
    Method.TWO_THIRDS: _("Two thirds: at least two yes for each no."),
    Method.SCORE: _("Points: each of us gives every option 0 to 5 points. The most points win."),
    Method.RANKED: _("Ranking: each of us puts the options in order. Fair when several are chosen."),
}
QUORUMS = [
    (0, _("whoever takes part")),
    (25, _("a quarter of the voters")),
    (50, _("half of the voters")),
    (67, _("two thirds of the voters")),
    (100, _("every voter")),
]
DAYS = [(1, _("one day")), (3, _("three days")), (7, _("one week")), (14, _("two weeks")), (30, _("30 days"))]
LOOK_AGAIN = [(0, _("no day")), (3, _("in three months")), (6, _("in six months")), (12, _("in a year"))]
# Consent is what a small group that sits around one table would do anyway.
SMALL = 12
_LONGEST_TERM = timedelta(days=5 * 366)


class OptionsField(forms.CharField):
    """Options to choose between, one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        options = [words for line in text.splitlines() if (words := in_one_line(line))]
        if len(options) > Proposal.MOST_OPTIONS:
            raise forms.ValidationError(_("At most %(most)s options.") % {"most": Proposal.MOST_OPTIONS})
        if len(set(options)) < len(options):
            raise forms.ValidationError(_("Two options are the same."))
        if any(len(words) > 120 for words in options):
            raise forms.ValidationError(_("An option has at most 120 letters."))
        return options


def _title_of(agreement: Agreement) -> str:
    return str(agreement.title)


class WordsForm(forms.Form):
    """What is asked: all that can be changed until voting opens."""

    title = LineField(label=_("What do you propose?"), max_length=120)
    text = forms.CharField(
        label=_("Why, and how"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    options = OptionsField(
        label=_("Options to choose between"),
        required=False,
        max_length=4000,
        help_text=_("For points and ranking: one on each line."),
    )

    def __init__(self, *args: Any, proposal: Proposal | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if proposal is not None and (proposal.is_election or not proposal.has_options):
            del self.fields["options"]
        self.needs_options = proposal is not None and "options" in self.fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.needs_options and "options" in cleaned and len(cleaned["options"]) < 2:
            self.add_error("options", _("Write at least two options, one on each line."))
        return cleaned


class ProposalForm(WordsForm):
    method = forms.ChoiceField(label=_("How do we decide?"), widget=forms.RadioSelect)
    seats = forms.IntegerField(label=_("How many are elected"), min_value=1, max_value=Proposal.MOST_OPTIONS, initial=1)
    term_ends_on = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False, help_text=_("On that day the role goes back by itself. Empty: as long as it always lasts."),
    )  # fmt: skip
    vote_days = forms.TypedChoiceField(label=_("Voting lasts"), choices=DAYS, coerce=int, initial=7)
    discuss_days = forms.TypedChoiceField(
        label=_("Talk about it first"), choices=[(0, _("no, open the vote now")), *DAYS], coerce=int, initial=0,
        help_text=_("Until voting opens you can still change the words."),
    )  # fmt: skip
    quorum_percent = forms.TypedChoiceField(
        label=_("How many must take part"),
        choices=QUORUMS,
        coerce=int,
        initial=0,
    )
    is_secret = forms.BooleanField(
        label=_("Secret ballot"), required=False,
        help_text=_("Nobody can find out who voted what. A secret vote cannot be changed once it is cast."),
    )  # fmt: skip
    makes_agreement = forms.BooleanField(label=_("Keep it in our agreements"), required=False)
    look_again_months = forms.TypedChoiceField(
        label=_("Look at it again"), choices=LOOK_AGAIN, coerce=int, initial=0,
        help_text=_("It comes back to the agenda by itself."),
    )  # fmt: skip
    replaces = forms.ModelChoiceField(
        label=_("Takes the place of"), queryset=Agreement.objects.none(), required=False, empty_label=_("nothing"),
        help_text=_("The agreement that ends when this is adopted."),
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    FEW = ("title", "text", "method", "options", "seats", "term_ends_on", "vote_days", "discuss_days")
    MORE = ("is_secret", "quorum_percent", "makes_agreement", "look_again_months", "replaces")

    def __init__(self, *args: Any, by: Membership, effect: str = "none", effect_on: UUID | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.group, self.effect, self.effect_on = by.group, effect, effect_on
        self.is_election = effect == Proposal.Effect.FILL_ROLE
        left_out = self._shape()
        for name in left_out:
            del self.fields[name]
        if "replaces" in self.fields:
            choice = cast("forms.ModelChoiceField[Agreement]", self.fields["replaces"])
            choice.queryset = Agreement.objects.in_force().filter(group=by.group).select_related("group")
            choice.label_from_instance = _title_of  # type: ignore[assignment]
        self.order_fields([*self.FEW, *self.MORE])

    def _shape(self) -> set[str]:
        """Which questions make no sense here."""
        weighty = self.effect in Proposal.WEIGHTY
        allowed = Proposal.STRONG_METHODS if weighty else tuple(METHODS)
        self._choice("method").choices = [(method, METHODS[method]) for method in allowed]
        self.fields["method"].initial = self._usual_method(weighty)
        if self.is_election:
            self.fields["is_secret"].initial = True
            self.fields["discuss_days"].initial = 7
            self.fields["discuss_days"].label = _("Who wants to can stand for")
            self.fields["discuss_days"].help_text = _("Then the vote opens. You can open it sooner.")
            self._choice("discuss_days").choices = DAYS
            return {"method", "options", "makes_agreement", "look_again_months", "replaces"}
        if weighty:
            self.fields["quorum_percent"].initial = Proposal.WEIGHTY_QUORUM
            self._choice("quorum_percent").choices = [each for each in QUORUMS if each[0] >= Proposal.WEIGHTY_QUORUM]
            return {"options", "seats", "term_ends_on", "makes_agreement", "look_again_months", "replaces"}
        return {"seats", "term_ends_on"}

    def _choice(self, name: str) -> forms.ChoiceField:
        return cast(forms.ChoiceField, self.fields[name])

    def _usual_method(self, weighty: bool) -> str:
        few = self.group.is_circle or Membership.objects.voters(self.group).count() <= SMALL
        return Method.CONSENT if few else (Method.TWO_THIRDS if weighty else Method.MAJORITY)

    @property
    def few(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FEW if name in self.fields]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE if name in self.fields]

    @property
    def more_is_open(self) -> bool:
        return any(field.errors or (self.is_bound and field.data) for field in self.more)

    def clean_term_ends_on(self) -> date | None:
        day: date | None = self.cleaned_data["term_ends_on"]
        if day and not date.today() < day <= date.today() + _LONGEST_TERM:
            raise forms.ValidationError(_("Choose a day after today, within five years."))
        return day

    def clean(self) -> dict[str, Any]:
        self.needs_options = self.cleaned_data.get("method") in Proposal.WITH_OPTIONS
        cleaned = super().clean()
        if cleaned.get("method") == Method.CONSENT and cleaned.get("is_secret"):
            self.add_error("is_secret", _("Consent is given in the open: a concern is there to be talked over."))
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        cleaned = dict(self.cleaned_data)
        now = timezone.now()
        opens_at = now + timedelta(days=cleaned.pop("discuss_days"))
        closes_at = opens_at + timedelta(days=cleaned.pop("vote_days"))
        method = Method.RANKED if self.is_election else cleaned.pop("method")
        if method not in Proposal.WITH_OPTIONS:
            cleaned.pop("options", None)
        if not cleaned.get("makes_agreement"):
            cleaned.pop("look_again_months", None)
        return cleaned | {
            "method": method,
            "opens_at": opens_at,
            "closes_at": closes_at,
            "effect": self.effect,
            "effect_on": self.effect_on,
        }
