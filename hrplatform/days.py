"""Days as people say them."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import pgettext


def day_in_words(moment: datetime) -> str:
    """Weekday, day and month in the language of the page: "Thursday 26 November". `moment` is in the zone to show."""
    return date_format(moment, pgettext("Django date format: weekday, day, month", "l j E"))
