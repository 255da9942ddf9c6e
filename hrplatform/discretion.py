"""How exactly we know when something was: no more than counting and remembering need."""

from datetime import UTC, datetime, timedelta

# Half an hour is fine enough for "when are we needed" and "what came first", and too coarse to match an act with a
# camera or a police report. Rounded down, so that it is never later than now.
ROUNDED_TO = timedelta(minutes=30)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rounded(moment: datetime) -> datetime:
    """The half hour (of UTC) in which `moment` lies."""
    return moment - (moment - EPOCH) % ROUNDED_TO
