"""Who leads: counted once a quarter, in shares that point at nobody."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from groups.actions.leadership import count_leadership, last_quarter
from groups.actions.memberships import add_member
from groups.models import Group, LeadershipCount, Meeting, Membership, RoleTerm
from groups.models.leadership import next_quarter, quarter_of
from tests.conftest import World, make_person


def count(group: Group, what: str, peers: int, allies: int, quarter: date = date(2026, 4, 1)) -> LeadershipCount:
    return LeadershipCount.objects.create(group=group, quarter=quarter, what=what, peers=peers, allies=allies)


@pytest.mark.parametrize(
    ("day", "first", "after"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 9, 30), date(2026, 7, 1), date(2026, 10, 1)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_a_quarter_begins_and_ends_where_the_calendar_says(day, first, after):
    assert quarter_of(day) == first
    assert next_quarter(first) == after


@pytest.mark.parametrize(
    ("peers", "allies", "share"),
    [(4, 0, None), (2, 2, None), (5, 0, 100), (3, 2, 60), (0, 5, 0), (19, 1, 100), (1, 7, 10), (2, 3, 40)],
)
def test_a_share_is_shown_from_five_on_and_in_steps_of_ten(peers, allies, share):
    assert LeadershipCount(peers=peers, allies=allies).share == share


@pytest.fixture
def quarter(world: World, as_member) -> date:
    """The last quarter, in which the union was there already, with four peers, two allies, a role each, a meeting."""
    with as_member(world.ana):
        first = last_quarter(world.union)
        Group.objects.filter(pk=world.union.pk).update(founded_on=first)
        world.union.refresh_from_db()
        for handle, standing in (("wes", "ally"), ("mrs-k", "ally"), ("tomas", "peer")):
            add_member(by=world.ana, person=make_person(handle), standing=standing)
        role = RoleTerm.objects.filter(group=world.union).first().role
        RoleTerm.objects.filter(group=world.union).delete()
        for member in Membership.objects.filter(group=world.union):
            RoleTerm.objects.create(
                group=world.union, role=role, membership=member, starts_on=first, chosen_by="agreement"
            )
        Meeting.objects.create(
            group=world.union,
            title="Thursday",
            starts_at=_noon(first, world),
            headcount_peers=9,
            headcount_allies=1,
        )
    return first


def _noon(day: date, world: World):
    return datetime(day.year, day.month, day.day, 12, tzinfo=world.union.zone)


def test_a_quarter_that_is_over_is_counted_once(world, quarter, as_member):
    with as_member(world.ana):
        assert count_leadership(group=world.union) == 1
        assert count_leadership(group=world.union) == 0
        counts = {each.what: (each.peers, each.allies) for each in LeadershipCount.objects.of(world.union)}
    assert counts == {"roles": (4, 2), "votes": (0, 0), "present": (9, 1)}


def test_whoever_is_erased_later_stays_counted(world, quarter, as_member):
    with as_member(world.ana):
        count_leadership(group=world.union)
        before = list(LeadershipCount.objects.values_list("what", "peers", "allies").order_by("what"))
        Membership.objects.filter(pk=world.ben.pk).delete()
        count_leadership(group=world.union)
        assert list(LeadershipCount.objects.values_list("what", "peers", "allies").order_by("what")) == before


def test_the_quarter_that_still_runs_is_not_counted(world, as_member):
    with as_member(world.ana):
        assert count_leadership(group=world.union) == 0


def test_members_see_shares_and_never_a_count(world, as_member, sign_in):
    with as_member(world.ana):
        count(world.union, "roles", 3, 4)
        count(world.union, "votes", 4173, 0)
        count(world.union, "present", 3, 1)
    page = sign_in(world.ben).get(reverse("groups:leadership", args=[world.union.slug])).content.decode()
    assert "Q2 2026" in page
    assert "40%" in page
    assert "100%" in page
    assert "too few" in page
    assert "4173" not in page


def test_the_chart_is_read_aloud_and_a_table_stands_beside_it(world, as_member, sign_in):
    with as_member(world.ana):
        count(world.union, "roles", 6, 4)
        count(world.union, "roles", 9, 1, quarter=date(2026, 7, 1))
    page = sign_in(world.ben).get(reverse("groups:leadership", args=[world.union.slug])).content.decode()
    assert 'aria-label="Held a role: Q2 2026 60%, Q3 2026 90%"' in page
    assert page.index("Q3 2026</th>") < page.index("Q2 2026</th>")


def test_the_page_says_who_holds_a_vote(world, as_member, sign_in):
    address = reverse("groups:leadership", args=[world.union.slug])
    assert "Allies help and hold no vote" in sign_in(world.ben).get(address).content.decode()
    with as_member(world.ana):
        Group.objects.filter(pk=world.union.pk).update(allies_vote=True)
    assert "our members have agreed that allies vote too" in sign_in(world.ben).get(address).content.decode()


def test_a_group_in_its_first_quarter_finds_out_when_there_will_be_something(world, sign_in):
    page = sign_in(world.ben).get(reverse("groups:leadership", args=[world.union.slug])).content.decode()
    assert "The first quarter is still running" in page
