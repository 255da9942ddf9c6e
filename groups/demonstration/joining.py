"""Who asks to join, which roles there are, who offers to hold one, and a group that nobody coordinates now."""

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from groups import actions
from groups.actions.memberships import add_member
from groups.actions.roles import begin_term
from groups.models import Group, Membership, Person, Power, Role, RoleTerm
from hrplatform import isolation

if TYPE_CHECKING:
    from groups.demonstration.world import World

PEER = Membership.Standing.PEER

# group: how people join, what they are asked, whether visitors may make an account for it
RULES = {
    "new-york": ("application", "What brings you to us?\nWhich nights could you come?", False),
    "buenos-aires": ("open", "", True),
    "bishkek": ("application", "Кто вам о нас рассказал?\nЧто вам сейчас нужно?", True),
}

# handle: language, zone, group, answers
ASKING = {
    "rosa": ("en", "America/New_York", "new-york", ("My neighbour is in. I want to help at night.", "Tuesdays")),
    "kofi": ("en", "America/New_York", "new-york", ("You gave me naloxone in March. Now I carry it.", "Most nights")),
    "ermek": ("ru", "Asia/Bishkek", "bishkek", ("Нургуль", "Научиться давать налоксон")),
}


def build_joining(world: "World", *, now: datetime, seed: random.Random) -> None:
    for key, (joining, questions, takes_sign_ups) in RULES.items():
        by = _coordinator(world, key)
        with isolation.context(person=by.person_id, groups=[by.group_id]):
            actions.set_joining(by=by, joining=joining, questions=questions, takes_sign_ups=takes_sign_ups, enough=3)
    _ask(world, seed)
    _roles(world, now)
    _left_alone(world, now, seed)


def _coordinator(world: "World", key: str) -> Membership:
    handle = {"new-york": "ana", "buenos-aires": "lucia", "bishkek": "dee"}[key]
    return _member(world, key, handle)


def _member(world: "World", key: str, handle: str) -> Membership:
    """As it is now: what was asked of a membership before stays in it."""
    known = world.memberships[key, handle]
    with isolation.context(groups=[known.group_id]):
        return Membership.objects.select_related("group", "person").get(pk=known.pk)


def _person(handle: str, language: str, zone: str, seed: random.Random) -> Person:
    return Person.objects.create_user(
        id=UUID(int=seed.getrandbits(128), version=4), handle=handle, language=language, time_zone=zone
    )


def _ask(world: "World", seed: random.Random) -> None:
    for handle, (language, zone, key, answers) in ASKING.items():
        person, group = _person(handle, language, zone, seed), _coordinator(world, key).group
        with isolation.context(person=person.pk):
            application = actions.apply_to_join(
                by=person,
                group=group,
                standing=PEER,
                answers=list(zip(group.questions_asked, answers, strict=True)),
            )
        if handle == "rosa":
            ben = _member(world, key, "ben")
            with isolation.context(person=ben.person_id, groups=[ben.group_id]):
                actions.back_application(by=ben, application=application)


def _roles(world: "World", now: datetime) -> None:
    """In New York: a role that is trusted, one that ends soon, and who led before."""
    ana, tomas, caro, old = (_member(world, "new-york", handle) for handle in ("ana", "tomas", "caro", "mrs-k"))
    today = now.date()
    with isolation.context(person=ana.person_id, groups=[ana.group_id]):
        key = actions.make_role(by=ana, name="Keeper of the key", powers=[], term_months=6, trusted_by=3)
        actions.make_role(by=ana, name="Speaks to the press", powers=[], term_months=12)
        coordinator = Role.objects.get(group=ana.group, powers__contains=[Power.COORDINATE])
        # Before Ana it was Mrs K, and before her nobody had written it down.
        begun = begin_term(by=ana, role=coordinator, holder=old, chosen_by=RoleTerm.ChosenBy.AGREEMENT)
        begun.starts_on, begun.ends_on = today - timedelta(days=800), today - timedelta(days=430)
        begun.save(update_fields=["starts_on", "ends_on"])
        stock = Role.objects.get(group=ana.group, powers=[Power.KEEP_STOCK])
        actions.give_role(by=ana, role=stock, member=tomas, until=today + timedelta(days=12))
        offer = actions.offer_to_hold(by=caro, role=key)
        actions.back_offer(by=tomas, offer=offer)


def _left_alone(world: "World", now: datetime, seed: random.Random) -> None:
    """A small organization in Rotterdam whose only coordinator has moved away."""
    founder = _person("sanne", "nl", "Europe/Amsterdam", seed)
    with isolation.context(person=founder.pk):
        group = actions.found_group(
            by=founder,
            id=UUID(int=seed.getrandbits(128), version=4),
            slug="".join(seed.choice("bcdfghjkmnpqrstvwxz23456789") for _ in range(10)),
            kind=Group.Kind.ORGANIZATION,
            name="Werkgroep Zuid",
            area="Rotterdam-Zuid",
            about="Wij praten met de wijk over wat er op straat nodig is.",
            language="nl",
            time_zone="Europe/Amsterdam",
        )
        by = Membership.objects.select_related("group", "person").get(group=group, person=founder)
        for handle in ("joost", "fatima", "wim"):
            add_member(by=by, person=world.memberships["rotterdam", handle].person, standing=PEER)
        actions.leave_group(by=by)
        wim = Membership.objects.select_related("group", "person").get(group=group, person__handle="wim")
        actions.take_on(by=wim)
