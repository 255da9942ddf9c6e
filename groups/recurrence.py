"""When a meeting comes back: RFC 5545 rules over wall-clock time, and wall-clock time as moments.

Only the parts that people can choose are let in, so that every rule ends or goes on evenly, and none is expensive.
An end (UNTIL) is wall-clock time too; calendars elsewhere want it in UTC and get it from `in_utc`.
"""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEEKLY = "FREQ=WEEKLY"
FORTNIGHTLY = "FREQ=WEEKLY;INTERVAL=2"
# How far ahead a series is written out as meetings. Beat keeps it that far.
HORIZON = timedelta(days=60)
LONGEST = 200
MOST_TIMES = 200
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS = {
    "FREQ": r"WEEKLY|MONTHLY",
    "INTERVAL": r"[12]",
    "BYDAY": r"([1-4]|-1)?(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU)){0,6}",
    "BYMONTHDAY": r"([1-9]|[12][0-9]|3[01])(,([1-9]|[12][0-9]|3[01])){0,3}",
    "BYSETPOS": r"-1",
    "COUNT": r"[1-9][0-9]{0,2}",
    "UNTIL": r"[0-9]{8}T[0-9]{6}",
}


class RuleRefused(ValueError):
    """Not a rule that we can keep."""


class Repeats(models.TextChoices):
    """What people choose; the rule follows from it and from the first day."""

    ONCE = "", gettext_lazy("Once")
    WEEKLY = "weekly", gettext_lazy("Every week")
    FORTNIGHTLY = "fortnightly", gettext_lazy("Every two weeks")
    MONTHLY_WEEKDAY = "monthly_weekday", gettext_lazy("Every month on that weekday, such as the second Thursday")
    MONTHLY_DAY = "monthly_day", gettext_lazy("Every month on that day, such as the 15th")


class Ends(models.TextChoices):
    NEVER = "never", gettext_lazy("Until we end it")
    UNTIL = "until", gettext_lazy("Until a day")
    TIMES = "times", gettext_lazy("A number of times")


def to_moment(local: datetime, zone: ZoneInfo) -> datetime:
    """Wall-clock time in a zone as a moment in UTC.

    A time that the clocks skip in spring is taken as the same distance after the gap's start; one that happens
    twice in autumn is the first of the two. So does RFC 5545.
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def is_skipped(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks jump over this time: nobody's watch will ever show it."""
    return to_moment(local, zone).astimezone(zone).replace(tzinfo=None) != local


def parts_of(rule: str) -> dict[str, str]:
    """The parts of a rule. Raises RuleRefused for anything but what people can choose."""
    if len(rule) > LONGEST:
        raise RuleRefused("too long")
    pairs = [part.partition("=") for part in rule.split(";")]
    parts = {name: value for name, _, value in pairs}
    if len(parts) != len(pairs) or "FREQ" not in parts:
        raise RuleRefused("a part is missing or given twice")
    for name, value in parts.items():
        if name not in _PARTS or not re.fullmatch(_PARTS[name], value, re.ASCII):
            raise RuleRefused(f"{name} is not as it can be chosen")
    if "COUNT" in parts and ("UNTIL" in parts or int(parts["COUNT"]) > MOST_TIMES):
        raise RuleRefused("the end is not as it can be chosen")
    has_number = parts.get("BYDAY", "")[:1] in "-1234" and "BYDAY" in parts
    if parts["FREQ"] == "WEEKLY" and (has_number or "BYMONTHDAY" in parts or "BYSETPOS" in parts):
        raise RuleRefused("a week has no such day")
    if parts["FREQ"] == "MONTHLY" and (("BYDAY" in parts) == ("BYMONTHDAY" in parts) or "INTERVAL" in parts):
        raise RuleRefused("a month needs a weekday or a day, one of them")
    if ("," in parts.get("BYMONTHDAY", "")) != ("BYSETPOS" in parts):
        raise RuleRefused("of several days of a month, only the last")
    if "BYDAY" in parts and parts["FREQ"] == "MONTHLY" and not (has_number and "," not in parts["BYDAY"]):
        raise RuleRefused("a month needs to know which weekday")
    return parts


def rule_for(repeats: str, first: datetime, *, until: date | None = None, times: int | None = None) -> str:
    """The rule for what someone chose, from the first day on. Empty when it happens once."""
    if repeats == Repeats.ONCE:
        return ""
    rule = {
        Repeats.WEEKLY.value: WEEKLY,
        Repeats.FORTNIGHTLY.value: FORTNIGHTLY,
        Repeats.MONTHLY_WEEKDAY.value: f"FREQ=MONTHLY;BYDAY={_which_weekday(first)}",
        Repeats.MONTHLY_DAY.value: f"FREQ=MONTHLY;{_which_day(first)}",
    }[repeats]
    if times:
        return f"{rule};COUNT={times}"
    return f"{rule};{_until(until)}" if until else rule


def _which_weekday(first: datetime) -> str:
    """The second Thursday; what is a fifth one in some months is the last one in all."""
    number = (first.day - 1) // 7 + 1
    return f"{number if number < 5 else -1}{_DAYS[first.weekday()]}"


def _which_day(first: datetime) -> str:
    """The 15th. Where a month is too short for the 31st, its last day."""
    if first.day <= 28:
        return f"BYMONTHDAY={first.day}"
    return f"BYMONTHDAY={','.join(str(day) for day in range(28, first.day + 1))};BYSETPOS=-1"


def choice_of(rule: str) -> str:
    """What someone chose to get this rule."""
    if not rule:
        return Repeats.ONCE
    parts = parts_of(rule)
    if parts["FREQ"] == "WEEKLY":
        return Repeats.FORTNIGHTLY if parts.get("INTERVAL") == "2" else Repeats.WEEKLY
    return Repeats.MONTHLY_WEEKDAY if "BYDAY" in parts else Repeats.MONTHLY_DAY


def end_of(rule: str) -> tuple[date | None, int | None]:
    """Until which day, or how many times; neither when it goes on."""
    parts = parts_of(rule) if rule else {}
    until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%S").date() if "UNTIL" in parts else None  # noqa: DTZ007
    return until, int(parts["COUNT"]) if "COUNT" in parts else None


def expanded(rule: str, first: datetime) -> rrule:
    """The rule, to be asked for its times. Raises RuleRefused when it never happens or does not begin with `first`."""
    parts_of(rule)
    try:
        found = rrulestr(rule, dtstart=first)
    except (ValueError, OverflowError) as error:
        raise RuleRefused("no such day") from error
    if not isinstance(found, rrule) or found.after(first - timedelta(minutes=1)) != first:
        raise RuleRefused("the first day is none of its days")
    return found


def occurrences(rule: str, first: datetime, *, until: datetime) -> list[datetime]:
    """All times from `first` to `until`, wall-clock."""
    return list(expanded(rule, first).between(first, until, inc=True))


def first_from(rule: str, earliest: datetime) -> datetime:
    """The first time of a rule from `earliest` on. Raises RuleRefused when it has none."""
    parts_of(rule)
    found = rrulestr(rule, dtstart=earliest).after(earliest, inc=True)
    if found is None:
        raise RuleRefused("it never happens")
    return found


def without_end(rule: str) -> str:
    return ";".join(f"{name}={value}" for name, value in parts_of(rule).items() if name not in ("COUNT", "UNTIL"))


def _until(day: date) -> str:
    return f"UNTIL={day:%Y%m%d}T235959"


def ended_before(rule: str, day: date) -> str:
    """The same rule, without what lies on this day or later."""
    return f"{without_end(rule)};{_until(day - timedelta(days=1))}"


def ended_by_day(rule: str, first: datetime) -> str:
    """The same rule, ended by a day where it was ended by a number of times: that stays true when it is cut in two."""
    if "COUNT" not in parts_of(rule):
        return rule
    return f"{without_end(rule)};{_until(list(expanded(rule, first))[-1].date())}"


def in_utc(rule: str, zone: ZoneInfo) -> str:
    """The rule as calendars want it beside a first time in a zone: its end in UTC."""
    return re.sub(
        r"UNTIL=(\w+)",
        lambda found: f"UNTIL={to_moment(datetime.fromisoformat(found[1]), zone):%Y%m%dT%H%M%SZ}",
        rule,
    )


def in_words(rule: str, first: datetime) -> str:
    """ "every week", "every month, the second Thursday": for the page of a meeting."""
    choice, weekday = choice_of(rule), str(WEEKDAYS[first.weekday()])
    if choice == Repeats.WEEKLY:
        return _("every week")
    if choice == Repeats.FORTNIGHTLY:
        return _("every two weeks")
    if choice == Repeats.MONTHLY_DAY:
        return _("every month on day %(number)s") % {"number": first.day}
    number = parts_of(rule)["BYDAY"][:-2]
    return {
        "1": _("every month, the first %(weekday)s"),
        "2": _("every month, the second %(weekday)s"),
        "3": _("every month, the third %(weekday)s"),
        "4": _("every month, the fourth %(weekday)s"),
        "-1": _("every month, the last %(weekday)s"),
    }[number] % {"weekday": weekday}
