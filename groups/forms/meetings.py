"""The form that schedules a meeting."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.actions.meetings import FORTNIGHTLY, WEEKLY, to_moment
from groups.forms.words import LineField

_FURTHEST = timedelta(days=730)


class MeetingForm(forms.Form):
    title = LineField(label=_("What"), max_length=120)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    duration_minutes = forms.TypedChoiceField(
        label=_("How long"),
        choices=[
            (30, _("half an hour")),
            (60, _("one hour")),
            (90, _("an hour and a half")),
            (120, _("two hours")),
            (180, _("three hours")),
        ],
        coerce=int,
        initial=90,
    )
    repeats = forms.ChoiceField(
        label=_("Repeats"),
        choices=[("", _("Once")), (WEEKLY, _("Every week")), (FORTNIGHTLY, _("Every two weeks"))],
        required=False,
    )
    place = LineField(
        label=_("Where"),
        max_length=200,
        required=False,
        help_text=_("Only members see this. It is never in a reminder."),
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["time"].help_text = _("In the group's time zone, %(zone)s.") % {"zone": zone.key.replace("_", " ")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, time = cleaned.get("day"), cleaned.get("time")
        if day and time:
            starts = datetime.combine(day, time)
            now = timezone.now()
            try:
                moment = to_moment(starts, self.zone)
            except (OverflowError, ValueError):
                moment = None
            if moment is None or moment > now + _FURTHEST:
                self.add_error("day", _("Choose a day in the next two years."))
            elif moment <= now:
                self.add_error("day", _("This moment has passed. Choose one that is still to come."))
            else:
                cleaned["starts"] = starts
        return cleaned
