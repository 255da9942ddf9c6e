"""A circle becomes an organization and the other way round, by decision, and nothing is lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from groups import actions
from groups.actions import forms
from groups.actions.journal import first_broken_entry
from groups.actions.memberships import add_member
from groups.models import Group, JournalEntry, Meeting, Membership, Power, RoleTerm
from tests.conftest import World, make_person
from tests.groups.test_networks import Adopted


@pytest.fixture
def circle(world: World, as_member) -> Membership:
    """Four at a kitchen table: three peers and an ally."""
    founder = make_person("joost")
    group = actions.found_group(by=founder, kind="circle", name="Kitchen table", time_zone="Europe/Amsterdam")
    by = Membership.objects.select_related("group", "person").get(group=group)
    for handle, standing in (("fatima", "peer"), ("wim", "peer"), ("mrs-k", "ally")):
        add_member(by=by, person=make_person(handle), standing=standing)
    return by


def convert(by: Membership) -> Group:
    return forms.convert_group(by=by, group=by.group, decision=Adopted(by.group_id, "convert"))


def test_when_a_circle_becomes_an_organization_whoever_votes_coordinates_for_thirty_days(circle, as_member):
    with as_member(circle):
        convert(circle)
        terms = RoleTerm.objects.current().filter(group=circle.group)
        assert {term.membership.person.handle for term in terms} == {"joost", "fatima", "wim"}
        assert {term.ends_on for term in terms} == {circle.group.today + timedelta(days=30)}
        ally = Membership.objects.select_related("group").get(group=circle.group, standing="ally")
        assert not ally.powers
        assert circle.has_power(Power.COORDINATE)


def test_a_circle_of_allies_alone_is_not_left_without_anyone_who_can_act(circle, as_member):
    with as_member(circle):
        Membership.objects.filter(group=circle.group).update(standing="ally")
        convert(circle)
        assert RoleTerm.objects.current().filter(group=circle.group).count() == 4


def test_when_an_organization_becomes_a_circle_terms_end_and_nobody_outside_sees_it(world, as_member):
    with as_member(world.ana):
        actions.describe_group(by=world.ana, visibility="public", how_to_reach="Green lamp")
        convert(world.ana)
        assert not RoleTerm.objects.current().filter(group=world.union).exists()
        assert RoleTerm.objects.filter(group=world.union).exists()
        group = Group.objects.get(pk=world.union.pk)
        assert (group.kind, group.visibility, group.how_to_reach) == ("circle", "unlisted", "Green lamp")
    with as_member(world.dee):
        assert not Group.objects.filter(pk=world.union.pk).exists()


def test_there_and_back_again_loses_nobody_and_nothing(world, as_member):
    with as_member(world.ana):
        actions.schedule_meeting(by=world.ana, title="Thursday", starts=_soon())
        before = (Membership.objects.count(), Meeting.objects.count(), JournalEntry.objects.count())
        convert(world.ana)
        convert(world.ana)
        after = (Membership.objects.count(), Meeting.objects.count(), JournalEntry.objects.count())
        assert after[:2] == before[:2]
        assert after[2] > before[2]
        assert first_broken_entry(Group.objects.get(pk=world.union.pk)) is None
        assert {member.pk for member in (world.ana, world.ben, world.caro)} == {
            term.membership_id for term in RoleTerm.objects.current()
        }


def _soon():
    from datetime import datetime

    return datetime.now().replace(microsecond=0) + timedelta(days=3)  # noqa: DTZ005 (wall-clock time)


@pytest.mark.parametrize("facts", [{"is_adopted": False}, {"effect": "none"}])
def test_nobody_converts_a_group_without_a_decision(world, as_member, facts):
    decision = Adopted(**{"group_id": world.union.pk, "effect": "convert"} | facts)
    with as_member(world.ana), pytest.raises(PermissionDenied):
        forms.convert_group(by=world.ana, group=world.union, decision=decision)


def test_a_decision_of_another_group_converts_nothing(world, as_member):
    with as_member(world.ana), pytest.raises(PermissionDenied):
        forms.convert_group(by=world.ana, group=world.union, decision=Adopted(world.elsewhere.pk, "convert"))


def test_allies_vote_by_decision_and_no_more_by_another(world, as_member):
    with as_member(world.ana):
        add_member(by=world.ana, person=make_person("wes"), standing="ally")
        decision = Adopted(world.union.pk, "allies_vote")
        assert Membership.objects.voters(world.union).count() == 3
        forms.let_allies_vote(by=world.ana, group=world.union, decision=decision)
        assert Membership.objects.voters(world.union).count() == 4
        forms.let_allies_vote(by=None, group=world.union, decision=decision)
        assert Membership.objects.voters(world.union).count() == 3
