"""Somebody founds a circle or an organization, and it says what it wants about itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from groups import actions
from groups.models import Group, Membership, Person, Power, Role, RoleTerm
from hrplatform import isolation
from tests.conftest import World, make_person

FACTS = {"kind": "circle", "name": "The stairs", "language": "nl", "time_zone": "Europe/Amsterdam", "standing": "peer"}
DESCRIBED = {
    "name": "Night Union",
    "area": "East Village",
    "about": "We meet on Thursdays.",
    "how_to_reach": "Ask at the window.",
    "visibility": "public",
    "origin": "self_organized",
    "language": "en",
    "time_zone": "America/New_York",
}


@pytest.fixture
def eva(db: None) -> Person:
    return make_person("eva")


@pytest.fixture
def founded(eva: Person, sign_in: Callable[..., Client]) -> Callable[..., Group]:
    """Fill in the page; the group that it led to."""

    def made(**facts: str) -> Group:
        answer = sign_in(eva).post("/groups/found/", {**FACTS, **facts})
        assert answer.status_code == 302, answer.context["form"].errors
        with isolation.context(person=eva.pk):
            own = list(Membership.objects.filter(person=eva).values_list("group_id", flat=True))
        with isolation.context(groups=own):
            return Group.objects.get(slug=answer["Location"].split("/")[2])

    return made


def powers_of(person: Person, group: Group) -> frozenset[Power]:
    with isolation.context(person=person.pk, groups=[group.pk]):
        return Membership.objects.active().with_roles().get(person=person, group=group).powers


def test_a_circle_has_no_officers_and_everybody_may_do_everything(founded: Callable[..., Group], eva: Person) -> None:
    group = founded()
    with isolation.context(groups=[group.pk]):
        assert not Role.objects.exists()
    assert powers_of(eva, group) == frozenset(Power)


def test_whoever_founds_an_organization_coordinates_it_until_the_members_choose(
    founded: Callable[..., Group], eva: Person
) -> None:
    group = founded(kind="organization")
    assert powers_of(eva, group) == frozenset(Power)
    with isolation.context(groups=[group.pk]):
        term = RoleTerm.objects.select_related("role").get()
    assert (term.chosen_by, term.ends_on) == ("founding", None)
    assert term.role.name


def test_a_group_begins_unlisted_and_says_nothing_yet(founded: Callable[..., Group]) -> None:
    group = founded(kind="organization")
    assert (group.visibility, group.area, group.about, group.how_to_reach) == ("unlisted", "", "", "")
    assert (group.language, group.time_zone) == ("nl", "Europe/Amsterdam")


def test_an_ally_can_found_a_group_and_is_written_down_as_an_ally(founded: Callable[..., Group], eva: Person) -> None:
    group = founded(kind="organization", standing="ally")
    with isolation.context(groups=[group.pk]):
        assert Membership.objects.get().standing == "ally"


def test_the_address_of_a_group_says_nothing_about_it(founded: Callable[..., Group]) -> None:
    first, second = founded(name="Needle exchange"), founded(name="Needle exchange")
    assert first.slug != second.slug
    for group in (first, second):
        assert len(group.slug) == 10
        assert not set(group.slug) & set("aeiou")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 81),
        ("kind", "network"),
        ("kind", ""),
        ("language", "xx"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "/etc/localtime"),
        ("standing", "boss"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_founded(
    field: str, value: str, eva: Person, sign_in: Callable[..., Client]
) -> None:
    answer = sign_in(eva).post("/groups/found/", {**FACTS, field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    with isolation.context(person=eva.pk):
        assert not Membership.objects.exists()


def test_a_network_cannot_be_founded_by_a_form_alone(eva: Person, sign_in: Callable[..., Client]) -> None:
    answer = sign_in(eva).post("/groups/found/", {**FACTS, "kind": "network"})
    assert answer.status_code == 422


def test_nobody_else_sees_a_group_just_founded(
    founded: Callable[..., Group], world: World, sign_in: Callable[..., Client]
) -> None:
    group = founded(kind="organization", name="Only ours")
    for someone in (sign_in(world.dee), sign_in(world.ana)):
        assert someone.get(f"/groups/{group.slug}/").status_code == 404
        assert "Only ours" not in someone.get("/groups/").content.decode()
    assert "Only ours" not in Client().get("/en/near/").content.decode()


# --- What it says about itself ----------------------------------------------------------------------------------------


@pytest.fixture
def describe(ana: Membership, sign_in: Callable[..., Client]) -> Callable[..., Any]:
    client, place = sign_in(ana), f"/groups/{ana.group.slug}/edit/"
    return lambda **facts: client.post(place, {**DESCRIBED, **facts})


def test_a_public_group_can_be_found_by_anyone_and_an_unlisted_one_by_nobody(describe: Callable[..., Any]) -> None:
    assert describe(visibility="public").status_code == 302
    page = Client().get("/en/near/").content.decode()
    assert "Night Union" in page
    assert "Ask at the window." in page
    assert describe(visibility="unlisted").status_code == 302
    assert "Night Union" not in Client().get("/en/near/").content.decode()


def test_a_listed_group_is_not_on_the_public_page(describe: Callable[..., Any]) -> None:
    describe(visibility="listed")
    assert "Night Union" not in Client().get("/en/near/").content.decode()


def test_its_words_are_shown_as_words(describe: Callable[..., Any]) -> None:
    describe(visibility="public", about="<script>alert(1)</script>", how_to_reach="<b onclick=x>")
    page = Client().get("/en/near/").content.decode()
    assert "<script>alert" not in page
    assert "<b onclick" not in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("visibility", "secret"), ("about", "x" * 601), ("time_zone", "x"), ("origin", "")],
)
def test_a_description_that_cannot_be_is_refused_and_nothing_changes(
    field: str, value: str, describe: Callable[..., Any], ana: Membership, as_member: Callable[..., Any]
) -> None:
    answer = describe(**{field: value, "area": "Elsewhere"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    with as_member(ana):
        assert Group.objects.get(pk=ana.group_id).area == ""


def test_a_circle_is_not_asked_who_may_find_it_and_cannot_be_made_public(
    founded: Callable[..., Group], eva: Person, sign_in: Callable[..., Client]
) -> None:
    group, client = founded(), sign_in(eva)
    place = f"/groups/{group.slug}/edit/"
    assert "visibility" not in client.get(place).content.decode()
    assert client.post(place, {**DESCRIBED, "name": "The stairs"}).status_code == 302
    assert "The stairs" not in Client().get("/en/near/").content.decode()


def test_the_database_itself_keeps_circles_unlisted(founded: Callable[..., Group]) -> None:
    group = founded()
    refused = pytest.raises(IntegrityError, match="group_circles_are_unlisted")
    with refused, transaction.atomic(), isolation.context(groups=[group.pk]):
        Group.objects.filter(pk=group.pk).update(visibility="public")


def test_a_member_without_the_power_cannot_speak_for_the_group(
    ben: Membership, as_member: Callable[[Membership], AbstractContextManager[None]]
) -> None:
    with as_member(ben), pytest.raises(PermissionDenied):
        actions.describe_group(by=ben, name="Mine now")


def test_its_page_names_the_network_it_is_part_of(world: World, sign_in: Callable[..., Client]) -> None:
    with isolation.context(groups=[world.union.pk, world.elsewhere.pk]):
        Group.objects.filter(pk=world.elsewhere.pk).update(kind="network", visibility="listed")
        Group.objects.filter(pk=world.union.pk).update(network=world.elsewhere)
    assert "part of Elsewhere" in sign_in(world.ben).get(f"/groups/{world.union.slug}/").content.decode()
