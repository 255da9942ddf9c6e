"""What a group shares: with whom, how far it goes, and how it is taken back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, connection, transaction

from groups import actions as group_actions
from groups.actions import practices as actions
from groups.models import Carrying, Group, Membership, Practice, SharedPractice
from hrplatform import isolation
from tests.conftest import make_person
from tests.groups.outward import practice_of


def again(membership: Membership) -> Membership:
    return Membership.objects.select_related("group", "person").get(pk=membership.pk)


@pytest.fixture
def network(world):
    """A network that the union is in and Dee's group is not. Nina coordinates it."""
    nina = make_person("nina")
    with isolation.context(person=nina.pk):
        group = group_actions.found_group(by=nina, kind="network", name="Wide Net", visibility="listed")
        by = Membership.objects.select_related("group", "person").get(group=group)
    join(world.union, group)
    world.ana.group.network = group
    return by


def join(group: Group, network: Group | None) -> None:
    with isolation.context(groups=[group.pk, *([network.pk] if network else [])]):
        Group.objects.filter(pk=group.pk).update(network=network)


@pytest.fixture
def share(ana, as_member):
    def shared(audience="everyone", signed=False, **facts):
        practice = practice_of(ana, **facts)
        with as_member(ana):
            return actions.share_practice(by=again(ana), practice=practice, audience=audience, signed=signed)

    return shared


def seen_by(client, member, shared) -> bool:
    address = f"/groups/{member.group.slug}/shared/{shared.pk}/"
    in_list = shared.title in client.get(f"/groups/{member.group.slug}/shared/").content.decode()
    answer = client.get(address).status_code
    assert answer == (200 if in_list else 404)
    return in_list


# --- Who reads it -----------------------------------------------------------------------------------------------------


def test_what_is_not_shared_is_seen_by_nobody_else(ana, dee, sign_in, as_member):
    practice_of(ana, title="a secret knock")
    assert "a secret knock" not in sign_in(dee).get(f"/groups/{dee.group.slug}/shared/").content.decode()
    with as_member(dee):
        assert not Practice.objects.exists()


def test_shared_with_all_groups_it_is_read_by_their_members_and_by_no_visitor_or_operator(share, dee, sign_in):
    shared = share("everyone", title="knock twice")
    assert seen_by(sign_in(dee), dee, shared)
    operator = make_person("operator", is_operator=True)
    for outside in ({}, {"person": operator.pk}):
        with isolation.context(**outside):
            assert not SharedPractice.objects.exists()


def test_shared_with_the_network_it_is_read_there_and_nowhere_else(share, network, dee, world, sign_in):
    shared = share("network", title="knock twice")
    assert seen_by(sign_in(network), network, shared)
    assert not seen_by(sign_in(dee), dee, shared)
    join(world.elsewhere, network.group)
    assert seen_by(sign_in(dee), dee, shared)


def test_a_member_of_two_groups_does_not_carry_it_from_the_network_into_the_other_one(share, network, ana, sign_in):
    """The database lets a person read what any of their groups may; under the address of a group only that group's."""
    shared = share("network", title="knock twice")
    with isolation.context(person=ana.person_id):
        circle = group_actions.found_group(by=ana.person, kind="circle", name="Kitchen")
    client, place = sign_in(ana), f"/groups/{circle.slug}/shared/"
    assert "knock twice" not in client.get(place).content.decode()
    assert client.get(f"{place}{shared.pk}/").status_code == 404
    assert client.post(f"{place}{shared.pk}/carry-on/").status_code == 404


def test_when_its_group_leaves_the_network_the_network_reads_it_no_longer(share, network, world, as_member, sign_in):
    shared = share("network", title="knock twice")
    join(world.union, None)
    assert not seen_by(sign_in(network), network, shared)
    with as_member(world.ana):
        assert SharedPractice.objects.get().network_id is None


def test_a_group_in_no_network_cannot_share_with_one(ana, as_member, sign_in):
    practice = practice_of(ana)
    with as_member(ana), pytest.raises(actions.NothingToShareWith):
        actions.share_practice(by=again(ana), practice=practice, audience="network", signed=False)
    place = f"/groups/{ana.group.slug}/practices/{practice.pk}/share/"
    assert sign_in(ana).post(place, {"audience": "network"}).status_code == 422
    assert sign_in(ana).post(place, {"audience": "everyone"}).status_code == 302


def test_the_database_itself_keeps_a_row_to_the_network_of_its_own_group(share, network, dee, as_member):
    shared = share("everyone")
    refused = pytest.raises(IntegrityError)
    with refused, transaction.atomic(), isolation.context(groups=[shared.group_id]):
        SharedPractice.objects.filter(pk=shared.pk).update(network=dee.group, audience="network")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_who_may_read_it_may_neither_change_nor_remove_it(share, dee, as_member):
    shared = share("everyone")
    with as_member(dee):
        assert SharedPractice.objects.filter(pk=shared.pk).update(title="taken") == 0
        assert SharedPractice.objects.filter(pk=shared.pk)._raw_delete("default") == 0
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), as_member(dee):
        SharedPractice.objects.create(
            group_id=shared.group_id, practice_id=shared.practice_id, audience="everyone", language="en", title="x"
        )


# --- The copy ---------------------------------------------------------------------------------------------------------


def test_its_name_is_said_only_when_the_group_agreed(share, ana, dee, sign_in):
    client, place = sign_in(dee), f"/groups/{dee.group.slug}/shared/"
    share("everyone", signed=False)
    assert ana.group.name not in client.get(place).content.decode()
    share("everyone", signed=True)
    assert ana.group.name in client.get(place).content.decode()


def test_a_later_change_stays_inside_until_it_is_shared_again(share, ana, dee, sign_in, as_member):
    shared = share("everyone", title="knock twice")
    address = f"/groups/{dee.group.slug}/shared/{shared.pk}/"
    with as_member(ana):
        practice = Practice.objects.select_related("group").get()
        actions.change_practice(by=ana, practice=practice, setting="home", title="knock three times", what="x")
    assert "knock twice" in sign_in(dee).get(address).content.decode()
    with as_member(ana):
        actions.share_practice(by=ana, practice=practice, audience="everyone", signed=False)
    assert "knock three times" in sign_in(dee).get(address).content.decode()
    with as_member(ana):
        assert SharedPractice.objects.count() == 1


def test_the_words_are_looked_at_once_more_before_they_are_shared(ana, sign_in, as_member):
    practice = practice_of(ana, what="we ask Maria")
    place = f"/groups/{ana.group.slug}/practices/{practice.pk}/share/"
    answer = sign_in(ana).post(place, {"audience": "everyone"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["may_stay"]
    assert sign_in(ana).post(place, {"audience": "everyone", "may_stay": ["Maria"]}).status_code == 302


# --- Carrying it on ---------------------------------------------------------------------------------------------------


def test_we_do_this_too_makes_it_a_practice_of_ones_own_once(share, dee, ana, sign_in, as_member):
    shared = share("everyone", title="knock twice")
    address = f"/groups/{dee.group.slug}/shared/{shared.pk}/"
    client = sign_in(dee)
    first, second = (client.post(f"{address}carry-on/") for _ in range(2))
    assert first["Location"] == second["Location"]
    assert "knock twice" in client.get(first["Location"]).content.decode()
    assert "Your group carries this on" in client.get(address).content.decode()
    with as_member(dee):
        assert (Practice.objects.count(), Carrying.objects.get().kind) == (1, "same")
    page = sign_in(ana).get(f"/groups/{ana.group.slug}/shared/{shared.pk}/").content.decode()
    assert "<b>1</b> group carries it on" in page


def test_we_changed_it_begins_with_the_words_of_the_others_and_leads_back_to_them(share, dee, ana, sign_in, as_member):
    shared = share("everyone", title="knock twice")
    place = f"/groups/{dee.group.slug}/shared/{shared.pk}/change/"
    client = sign_in(dee)
    assert "knock twice" in client.get(place).content.decode()
    form = {"title": "ring first", "what": "we ring, then knock", "setting": "home"}
    answer = client.post(place, form)
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "ring first" in page
    assert "Changed from a practice of another group" in page
    with as_member(dee):
        own = Practice.objects.select_related("group").get()
        actions.share_practice(by=dee, practice=own, audience="everyone", signed=False)
    page = sign_in(ana).get(f"/groups/{ana.group.slug}/shared/{shared.pk}/").content.decode()
    assert "Others changed it" in page
    assert "ring first" in page


def test_the_spread_counts_groups_and_areas_and_names_only_who_wants_to_be_found(share, ana, sign_in, as_member):
    shared = share("everyone")
    facts = [
        ("Hidden", "unlisted", "Harbour"),
        ("Seen", "listed", "Harbour"),
        ("Open", "public", "Hill"),
        ("No", "unlisted", ""),
    ]
    for number, (name, visibility, area) in enumerate(facts):
        person = make_person(f"person-{number}")
        with isolation.context(person=person.pk):
            group = group_actions.found_group(
                by=person, kind="organization", name=f"{name} Group", visibility=visibility, area=area
            )
            by = Membership.objects.select_related("group", "person").get(group=group)
            actions.carry_on_practice(by=by, shared=SharedPractice.objects.get(pk=shared.pk))
    page = sign_in(ana).get(f"/groups/{ana.group.slug}/shared/{shared.pk}/").content.decode()
    assert "<b>4</b> groups carry it on" in page
    assert "<b>2</b> areas where it is done" in page
    assert "Seen Group" in page
    assert "Open Group" in page
    assert "Hidden Group" not in page
    assert "Harbour" not in page
    with as_member(ana):
        assert not Carrying.objects.exists()  # counted across groups, and shown to none of them


def test_a_group_does_not_carry_on_its_own(share, ana, sign_in, as_member):
    shared = share("everyone")
    address = f"/groups/{ana.group.slug}/shared/{shared.pk}/"
    assert sign_in(ana).post(f"{address}carry-on/").status_code == 403
    with as_member(ana), pytest.raises(PermissionDenied):
        actions.carry_on_practice(by=ana, shared=shared)


# --- Taking it back ---------------------------------------------------------------------------------------------------


def test_taken_back_it_is_gone_everywhere_except_where_it_is_carried_on(share, ana, dee, sign_in, as_member):
    shared = share("everyone", title="knock twice")
    client = sign_in(dee)
    own = client.post(f"/groups/{dee.group.slug}/shared/{shared.pk}/carry-on/")["Location"]
    place = f"/groups/{ana.group.slug}/practices/{shared.practice_id}/unshare/"
    for _ in range(2):
        assert sign_in(ana).post(place).status_code == 302
    assert not seen_by(client, dee, shared)
    page = client.get(own).content.decode()
    assert "knock twice" in page
    assert "which shares it no longer" in page
    with as_member(dee):
        assert Carrying.objects.get().shared_id is None
    with as_member(ana):
        assert Practice.objects.filter(pk=shared.practice_id).exists()


def test_a_group_that_is_erased_takes_back_what_it_shared(share, ana, dee, sign_in, as_member):
    """Nothing of another group stands in the way, and what others carry on stays with them."""
    shared = share("everyone")
    own = sign_in(dee).post(f"/groups/{dee.group.slug}/shared/{shared.pk}/carry-on/")["Location"]
    with as_member(ana):
        SharedPractice.objects.filter(group=ana.group)._raw_delete("default")
    assert sign_in(dee).get(own).status_code == 200
