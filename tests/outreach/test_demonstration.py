"""The demonstration's six months of contacts."""

from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest
from django.db import transaction

from groups import actions as group_actions
from groups.models import Membership
from hrplatform import isolation
from outreach import demonstration
from outreach.models import Contact
from outreach.models.contacts import outreach_day

NOW = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
ZONES = {
    "new-york": "America/New_York",
    "rotterdam": "Europe/Amsterdam",
    "buenos-aires": "America/Argentina/Buenos_Aires",
    "bishkek": "Asia/Bishkek",
}


@pytest.fixture
def town_groups(world):
    """A group for each town, with its workers, all of whom coordinate."""
    groups, people = {}, {}
    for key, zone in ZONES.items():
        with isolation.context(person=world.ana.person_id):
            groups[key] = group_actions.found_group(by=world.ana.person, kind="circle", name=key, time_zone=zone)
            founder = Membership.objects.select_related("group", "person").get(
                group=groups[key], person=world.ana.person
            )
            for handle in demonstration.TOWNS[key].workers:
                people[key, handle] = founder
    return SimpleNamespace(groups=groups, people=people)


def build(towns, seed=1):
    demonstration.build(groups=towns.groups, people=towns.people, now=NOW, random=Random(seed))
    rows = {}
    for key, group in towns.groups.items():
        with isolation.context(groups=[group.pk]):
            rows[key] = sorted(Contact.objects.values_list("pk", "at", "local_day", "used_returned", "others_reached"))
    return rows


def test_half_a_year_of_contacts_ends_tonight(town_groups):
    rows = build(town_groups)
    assert 400 < len(rows["new-york"]) < 700
    for key, group in town_groups.groups.items():
        days = {day for _, _, day, _, _ in rows[key]}
        today = outreach_day(NOW, group.zone)
        assert today - timedelta(days=182) <= min(days) < today - timedelta(days=170)
        assert today in days
        assert all(at <= NOW for _, at, _, _, _ in rows[key])


def test_the_same_seed_gives_the_same_contacts(town_groups):
    with transaction.atomic():
        first = build(town_groups)
        transaction.set_rollback(True)
    assert build(town_groups) == first
