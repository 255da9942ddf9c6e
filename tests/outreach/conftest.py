"""The standard catalogue, a place and a kit: what Caro has with her."""

from collections.abc import Callable

import pytest

from groups.models import Group, Membership
from outreach.actions import load_catalogue
from outreach.models import Item, Kit, KitLine, Site

SYRINGE, TEN_PACK, LOOSE = "needle-syringe-1ml-fixed", "needle-syringe-1ml-fixed-10-pack", "loose-needles"
NASAL, INJECTABLE = "naloxone-nasal-two-dose", "naloxone-injectable-two-vial"


@pytest.fixture(autouse=True)
def catalogue(db: None) -> None:
    load_catalogue()


@pytest.fixture
def item() -> Callable[[str], Item]:
    return lambda slug: Item.objects.get(slug=slug)


def make_kit(group: Group, name: str, contents: dict[str, int]) -> Kit:
    kit = Kit.objects.create(group=group, name=name)
    for slug, quantity in contents.items():
        KitLine.objects.create(kit=kit, group=group, item=Item.objects.get(slug=slug), quantity=quantity)
    return kit


@pytest.fixture
def night_kit(caro: Membership, as_member) -> Kit:
    """Ten syringes, ten cookers and a two-dose nasal naloxone."""
    with as_member(caro):
        return make_kit(caro.group, "Night kit", {SYRINGE: 10, "cookers": 10, NASAL: 1})


@pytest.fixture
def van(caro: Membership, as_member) -> Site:
    with as_member(caro):
        return Site.objects.create(group=caro.group, name="The van", kind=Site.Kind.MOBILE)


@pytest.fixture
def log_page(caro: Membership) -> str:
    return f"/groups/{caro.group.slug}/contacts/log/"


@pytest.fixture
def tonight_page(caro: Membership) -> str:
    return f"/groups/{caro.group.slug}/tonight/"
