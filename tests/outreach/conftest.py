"""The standard catalogue, a place and a kit: what Caro has with her."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from groups.models import Group, Membership
from outreach import actions
from outreach.actions import load_catalogue
from outreach.models import Contact, Item, Kit, KitLine, Site
from outreach.models.contacts import new_contact_id

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


@pytest.fixture
def log(caro, as_member) -> Callable[..., Contact]:
    def logged(**facts):
        now = timezone.now()
        with as_member(caro):
            return actions.log_contact(**{"by": caro, "id": new_contact_id(now), "at": now, **facts})

    return logged


@pytest.fixture
def contacts(caro, as_member) -> Callable[[], list[Contact]]:
    """What is saved in Caro's group, with its lines."""

    def saved():
        with as_member(caro):
            return list(Contact.objects.prefetch_related("lines__item").select_related("group"))

    return saved
