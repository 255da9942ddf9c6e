"""The forms that schedule, change and call off meetings."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from groups.actions.series import Scope
from groups.forms.words import LineField
from groups.models import Group, Meeting, MeetingSeries
from groups.recurrence import (
    HORIZON,
    MOST_TIMES,
    Ends,
    Repeats,
    choice_of,
    ended_by_day,
    expanded,
    is_skipped,
    occurrences,
    rule_for,
    to_moment,
    without_end,
)
from hrplatform.days import day_in_words

_FURTHEST = timedelta(days=730)
_LENGTHS = [
    (30, _("half an hour")),
    (60, _("one hour")),
    (90, _("an hour and a half")),
    (120, _("two hours")),
    (180, _("three hours")),
    (240, _("four hours")),
    (480, _("a whole day")),
]


class MeetingForm(forms.Form):
    """A meeting or a series. What overlaps with another meeting is asked about, not silently accepted."""

    title = LineField(label=_("What"), max_length=120)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    duration_minutes = forms.TypedChoiceField(label=_("How long"), choices=_LENGTHS, coerce=int, initial=90)
    place = LineField(
        label=_("Where"),
        max_length=200,
        required=False,
        help_text=_("Only members see this. It is never in a reminder."),
    )
    repeats = forms.ChoiceField(label=_("Repeats"), choices=Repeats, required=False)
    ends = forms.ChoiceField(
        label=_("How long it goes on"),
        choices=Ends,
        initial=Ends.NEVER,
        required=False,
        help_text=_("Only for a meeting that repeats."),
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    times = forms.IntegerField(
        label=_("How many times"),
        required=False,
        min_value=2,
        max_value=MOST_TIMES,
    )
    stipend = forms.DecimalField(
        label=_("Stipend"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=8,
        decimal_places=2,
    )
    overlap_is_fine = forms.BooleanField(label=_("Both take place, that is fine"), required=False)

    def __init__(self, *args: Any, group: Group, meeting: Meeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group, self.zone, self.meeting = group, group.zone, meeting
        zone = group.time_zone_label
        self.fields["time"].help_text = _("In the group's time zone, %(zone)s.") % {"zone": zone}
        if group.currency:
            self.fields["stipend"].help_text = _(
                "What each member who comes is paid, in %(currency)s. It is agreed now, before the work."
            ) % {"currency": group.currency}
        else:
            del self.fields["stipend"]
        # Shown only when there is something to confirm: a box that is always there would be ticked unread.
        self.fields["overlap_is_fine"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned.setdefault("stipend", self.meeting.stipend if self.meeting else None)
        if cleaned.get("day") and cleaned.get("time"):
            starts = datetime.combine(cleaned["day"], cleaned["time"].replace(second=0, microsecond=0))
            if self._is_possible(starts):
                cleaned["starts"] = starts
                self._clean_rule(cleaned, starts)
        if not self.errors:
            self._clean_overlap(cleaned)
        if self.errors:
            # What was confirmed was this time, not the one that may be chosen next.
            self.data = {name: self.data[name] for name in self.data} | {"overlap_is_fine": ""}
        return cleaned

    def _is_possible(self, starts: datetime) -> bool:
        now = timezone.now()
        try:
            moment = to_moment(starts, self.zone)
        except (OverflowError, ValueError):
            moment = None
        if moment is None or moment > now + _FURTHEST:
            self.add_error("day", _("Choose a day in the next two years."))
        elif moment <= now:
            self.add_error("day", _("This moment has passed. Choose one that is still to come."))
        elif is_skipped(starts, self.zone):
            self.add_error("time", _("The clocks go forward that night and jump over this time. Choose another."))
        else:
            return True
        return False

    def _clean_rule(self, cleaned: dict[str, Any], starts: datetime) -> None:
        """What was chosen, as a rule; in words where it cannot be."""
        cleaned["recurrence"] = ""
        repeats, ends = cleaned.get("repeats"), cleaned.get("ends")
        if not repeats:
            return
        until = cleaned.get("until") if ends == Ends.UNTIL else None
        times = cleaned.get("times") if ends == Ends.TIMES else None
        if ends == Ends.UNTIL and until is None and "until" not in self.errors:
            self.add_error("until", _("Say which day is the last."))
        elif ends == Ends.TIMES and times is None and "times" not in self.errors:
            self.add_error("times", _("Say how many times."))
        elif until is not None and until < starts.date():
            self.add_error("until", _("The last day is before the first one."))
        elif until is not None and until > starts.date() + 5 * timedelta(days=366):
            self.add_error("until", _("Choose a day in the next five years, or let it go on until you end it."))
        elif not self.errors:
            cleaned["recurrence"] = rule_for(repeats, starts, until=until, times=times)

    def _clean_overlap(self, cleaned: dict[str, Any]) -> None:
        others = self.overlaps(cleaned["starts"], cleaned["duration_minutes"], cleaned["recurrence"])
        # The same once more is a double click, which changes nothing.
        same = [each for each in others if (each.title, each.local) == (cleaned["title"], cleaned["starts"])]
        series = {each.series_id for each in same} - {None}
        others = [each for each in others if each not in same and each.series_id not in series]
        if others and not cleaned["overlap_is_fine"]:
            self.fields["overlap_is_fine"].widget = forms.CheckboxInput()
            # First of all, beside the sentence that it answers.
            self.order_fields(["overlap_is_fine", *self.fields])
            self.add_error(None, _overlap_in_words(others))

    def overlaps(self, starts: datetime, duration_minutes: int, recurrence: str) -> list[Meeting]:
        """Other meetings of the group at the same time, as far ahead as meetings are written out."""
        times = [starts]
        if recurrence:
            times = occurrences(recurrence, starts, until=starts + HORIZON)
        meetings = self.group.meetings.all()
        if self.meeting is not None:
            meetings = meetings.exclude(pk=self.meeting.pk)
            if recurrence and self.meeting.series_id:
                meetings = meetings.exclude(series=self.meeting.series_id)
        moments = [to_moment(time, self.zone) for time in times]
        last = moments[-1] + timedelta(minutes=duration_minutes)
        near = meetings.overlapping(moments[0], int((last - moments[0]).total_seconds() // 60))
        length = timedelta(minutes=duration_minutes)
        return [
            each
            for each in near.select_related("group").order_by("starts_at")
            if any(moment < each.ends_at and each.starts_at < moment + length for moment in moments)
        ]


def _overlap_in_words(others: list[Meeting]) -> str:
    first = others[0]
    local = first.starts_at.astimezone(first.group.zone)
    words = ngettext(
        "At that time there is already “%(title)s”, %(day)s at %(time)s. Choose another time, or confirm that both "
        "take place.",
        "It overlaps with %(number)s meetings. The first is “%(title)s”, %(day)s at %(time)s. Choose another time, or "
        "confirm that all of them take place.",
        len(others),
    )
    return words % {
        "number": len(others),
        "title": first.title,
        "day": day_in_words(local),
        "time": date_format(local, "H:i"),
    }


_SCOPES = {
    Scope.THIS: _("Only this meeting"),
    Scope.FOLLOWING: _("This meeting and all that follow"),
    Scope.ALL: _("All meetings of the series that are still to come"),
}


class MeetingChangeForm(MeetingForm):
    """The same for a meeting that is there. Of a series one says how far the change reaches."""

    scope = forms.ChoiceField(
        label=_("What changes"),
        choices=list(_SCOPES.items()),
        widget=forms.RadioSelect,
        initial=Scope.THIS,
        help_text=_("What happened stays as it was. Meetings that were changed on their own stay as they are."),
    )

    field_order = ("scope",)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, group=meeting.group, meeting=meeting, initial=_as_it_is(meeting), **kwargs)
        self.series = meeting.series
        lengths: Iterable[Any] = _LENGTHS
        if meeting.duration_minutes not in dict(_LENGTHS):
            lengths = [(meeting.duration_minutes, f"{meeting.duration_minutes} min"), *_LENGTHS]
        self.fields["duration_minutes"].choices = lengths  # type: ignore[attr-defined]
        if self.series is None or self.series.is_ended:
            for name in ("scope", "repeats", "ends", "until", "times"):
                del self.fields[name]
        else:
            self.fields["repeats"].choices = [each for each in Repeats.choices if each[0]]  # type: ignore[attr-defined]
            self.fields["ends"].help_text = _("Counts when more than this one meeting changes.")

    @property
    def reaches_series(self) -> bool:
        return bool(self.cleaned_data.get("scope", Scope.THIS) != Scope.THIS)

    def _clean_rule(self, cleaned: dict[str, Any], starts: datetime) -> None:
        if cleaned.get("scope", Scope.THIS) == Scope.THIS or self.series is None:
            cleaned["recurrence"] = ""
            return
        if not cleaned.get("repeats") and "repeats" not in self.errors:
            self.add_error("repeats", _("Say how often it repeats."))
        super()._clean_rule(cleaned, starts)
        if cleaned["recurrence"] and self.meeting and self._keeps_its_days(cleaned, starts, self.series):
            end = cleaned["recurrence"].removeprefix(without_end(cleaned["recurrence"]))
            cleaned["recurrence"] = without_end(self.series.recurrence) + end

    def _keeps_its_days(self, cleaned: dict[str, Any], starts: datetime, series: MeetingSeries) -> bool:
        """A rule may be finer than what can be chosen here: it stays when nobody chose another."""
        assert self.meeting is not None
        is_chosen_anew = cleaned["repeats"] != choice_of(series.recurrence)
        return not is_chosen_anew and starts.date() == self.meeting.local.date()


def _as_it_is(meeting: Meeting) -> dict[str, Any]:
    local, series = meeting.local, meeting.series
    found: dict[str, Any] = {
        "title": meeting.title,
        "day": local.date(),
        "time": local.time(),
        "duration_minutes": meeting.duration_minutes,
        "place": meeting.place,
        "stipend": meeting.stipend,
    }
    if series is not None:
        until = ended_by_day(series.recurrence, series.first)
        found |= {"repeats": choice_of(series.recurrence), "until": series.until}
        if until != series.recurrence:
            found["until"] = list(expanded(series.recurrence, series.first))[-1].date()
        found["ends"] = Ends.UNTIL if found["until"] else Ends.NEVER
    return found


class CancelForm(forms.Form):
    """How much of a series is called off."""

    scope = forms.ChoiceField(
        label=_("What is called off"),
        choices=[(each, _SCOPES[each]) for each in (Scope.THIS, Scope.FOLLOWING)],
        widget=forms.RadioSelect,
        initial=Scope.THIS,
    )
