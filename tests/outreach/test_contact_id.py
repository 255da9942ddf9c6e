"""A contact's id says when to the half hour, and nothing else."""

from datetime import UTC, date, datetime
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from hrplatform.discretion import rounded
from outreach.models.contacts import is_contact_id, new_contact_id, outreach_day

NEW_YORK = ZoneInfo("America/New_York")


def test_a_moment_is_rounded_down_to_the_half_hour():
    assert rounded(datetime(2026, 11, 20, 23, 59, 59, 999999, UTC)) == datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert rounded(datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) == datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


def test_a_moment_before_1970_is_rounded_down_too():
    assert rounded(datetime(1969, 12, 31, 23, 59, tzinfo=UTC)) == datetime(1969, 12, 31, 23, 30, tzinfo=UTC)


def test_the_id_is_a_version_7_uuid_with_the_rounded_time_in_it():
    value = new_contact_id(datetime(2026, 11, 20, 23, 47, 12, 345678, UTC))
    assert (value.version, value.variant) == (7, "specified in RFC 4122")
    assert datetime.fromtimestamp((value.int >> 80) / 1000, UTC) == datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert is_contact_id(value)


def test_ids_of_one_half_hour_differ():
    moment = datetime(2026, 11, 20, 23, 47, tzinfo=UTC)
    assert len({new_contact_id(moment) for _ in range(1000)}) == 1000


def test_the_same_seed_gives_the_same_id():
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    assert new_contact_id(moment, Random(7)) == new_contact_id(moment, Random(7))


@pytest.mark.parametrize(
    "value",
    [
        uuid4(),
        UUID(int=0),
        UUID(int=2**128 - 1),
        # RFC 9562, A.6: version 7, with its exact moment.
        UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"),
    ],
)
def test_an_id_of_another_kind_or_with_an_exact_time_is_not_ours(value):
    assert not is_contact_id(value)


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ((2026, 11, 20, 22, 0), date(2026, 11, 20)),
        ((2026, 11, 21, 2, 30), date(2026, 11, 20)),
        ((2026, 11, 21, 4, 59), date(2026, 11, 20)),
        ((2026, 11, 21, 5, 0), date(2026, 11, 21)),
        # The night the clocks go back: 1:30 comes twice, and both are the night before.
        ((2026, 11, 1, 1, 30), date(2026, 10, 31)),
        ((2026, 3, 8, 4, 0), date(2026, 3, 7)),
    ],
)
def test_a_night_belongs_to_the_day_it_began(local, day):
    assert outreach_day(datetime(*local, tzinfo=NEW_YORK), NEW_YORK) == day
    assert outreach_day(datetime(*local, tzinfo=NEW_YORK, fold=1).astimezone(UTC), NEW_YORK) == day
