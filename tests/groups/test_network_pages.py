"""Asking, answering and leaving a network, as members see it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.actions import networks
from groups.models import Affiliation, Group, Membership
from hrplatform import isolation
from tests.conftest import World
from tests.groups.test_networks import ask


@pytest.fixture
def network(world: World, as_member) -> Membership:
    with as_member(world.dee):
        group = networks.found_network(by=world.dee, name="Four Cities")
        return Membership.objects.select_related("group", "person").get(group=group)


def page_of(client, group: Group, name: str = "network-detail") -> str:
    return client.get(reverse(f"groups:{name}", args=[group.slug])).content.decode()


def test_a_member_finds_networks_and_proposes_to_join(world, network, sign_in):
    page = page_of(sign_in(world.ben), world.union)
    assert "Propose to join Four Cities" in page
    assert f"?effect=affiliate&amp;on={network.group_id}" in page
    assert "Propose to become a circle" in page


def test_the_network_finds_a_code_takes_the_group_in_and_a_second_tap_changes_nothing(world, network, sign_in):
    affiliation = ask(world, network)
    assert affiliation.code in page_of(sign_in(world.ben), world.union)
    client = sign_in(network)
    page = page_of(client, network.group)
    assert f"A group that is not named, code {affiliation.code}" in page
    assert "Night Union" not in page
    accept = reverse("groups:affiliation-accept", args=[network.group.slug, affiliation.pk])
    for _again in range(2):
        client.post(accept)
    decline = reverse("groups:affiliation-decline", args=[network.group.slug, affiliation.pk])
    assert "Somebody answered this already" in client.post(decline, follow=True).content.decode()
    page = page_of(client, network.group)
    assert "1 group is part of it." in page
    assert "1 of them is counted and not named." in page
    assert "We are part of Four Cities." in page_of(sign_in(world.ben), world.union)
    assert "part of Four Cities" in page_of(sign_in(world.ben), world.union, "group-detail")


def test_the_button_that_shows_our_name_says_the_same_however_often_it_is_pressed(world, network, sign_in):
    ask(world, network)
    client = sign_in(world.ana)
    address = reverse("groups:name-shown", args=[world.union.slug])
    for value, name in (("yes", "Night Union"), ("yes", "Night Union"), ("no", "")):
        client.post(address, {"shows_name": value})
        with isolation.context(groups=[network.group_id]):
            assert Affiliation.objects.get().name == name


def test_a_request_is_taken_back_once(world, network, sign_in):
    ask(world, network)
    client = sign_in(world.ana)
    for _again in range(2):
        client.post(reverse("groups:request-withdraw", args=[world.union.slug]))
    with isolation.context(groups=[network.group_id]):
        assert Affiliation.objects.get().state == "withdrawn"


def test_a_coordinator_founds_a_network_in_one_short_form(world, sign_in):
    client = sign_in(world.ana)
    address = reverse("groups:network-found", args=[world.union.slug])
    assert client.post(address, {"name": ""}).status_code == 422
    sent = {"name": "All of us", "language": "en", "time_zone": "UTC"}
    page = client.post(address, sent, follow=True).content.decode()
    assert "All of us" in page
    assert "Network" in page


def test_a_network_cannot_hide(world, network, sign_in):
    page = sign_in(network).get(reverse("groups:group-edit", args=[network.group.slug])).content.decode()
    assert "unlisted: only members know" not in page


def test_how_groups_began_is_counted_from_five_on(world, network, as_member, sign_in):
    def affiliates(number: int) -> None:
        with isolation.context(errand="upkeep"):
            for each in range(number):
                group = Group(kind="organization", name=f"G{each}", origin="together", visibility="public")
                isolation.widen(groups=[group.pk, network.group_id])
                group.save(force_insert=True)
                affiliation = Affiliation(group=group, network=network.group, state="accepted")
                affiliation.copy_what_is_shown(group)
                affiliation.save()

    affiliates(4)
    client = sign_in(network)
    assert "Shown from 5 groups on" in page_of(client, network.group)
    affiliates(1)
    with CaptureQueriesContext(connection) as few:
        page_of(client, network.group)
    affiliates(7)
    with CaptureQueriesContext(connection) as many:
        assert "together: 12" in page_of(client, network.group)
    assert len(many) == len(few)
