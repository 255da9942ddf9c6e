"""Who holds a vote: peers, and allies only where the members agreed to it."""

from groups.actions.memberships import add_member
from groups.models import Membership
from tests.conftest import World, make_person


def test_peers_vote_and_an_ally_does_not_until_the_members_agree(world: World, as_member: object) -> None:
    with as_member(world.ana):  # type: ignore[operator]
        ally = add_member(by=world.ana, person=make_person("wes"), standing="ally")
        voters = Membership.objects.voters(world.union)
        assert ally not in voters
        assert not ally.may_vote
        assert world.ben in voters
        assert world.ben.may_vote
        world.union.allies_vote = ally.group.allies_vote = True
        assert ally in Membership.objects.voters(world.union)
        assert ally.may_vote


def test_someone_who_left_holds_no_vote(world: World, as_member: object) -> None:
    with as_member(world.ben):  # type: ignore[operator]
        world.ben.left_on = world.ben.joined_on
        world.ben.save(update_fields=["left_on"])
        assert world.ben not in Membership.objects.voters(world.union)
        assert not world.ben.may_vote
