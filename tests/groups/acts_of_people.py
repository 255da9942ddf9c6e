"""Acts of joining, roles, removing and erasing, for tests/test_journal.py: (who acted, the verb, on what)."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from secrets import token_hex
from typing import Any
from uuid import uuid4

from django.utils import timezone

from groups import actions
from groups.actions import applications, exporting, leaving, offers, outbox, roles, taking_along
from groups.actions.memberships import add_member
from groups.models import Application, Group, Membership, Person, Power, Proposal, Reminder
from tests.conftest import World, make_person

CANARY = "canary-words-7391"
Act = Callable[[World], tuple[Membership | Person | None, str, Any]]


class Oneself:
    """Somebody who is no member yet acts: the journal knows their account."""

    def __init__(self, person: Person) -> None:
        self.person_id = person.pk


def joining(world: World, rule: str) -> None:
    """Somebody from outside must find the group first."""
    for group in (world.ana.group, world.union):
        group.visibility, group.joining = Group.Visibility.PUBLIC, rule
    world.ana.group.save(update_fields=["visibility"])
    applications.set_joining(by=world.ana, joining=rule, questions=CANARY, takes_sign_ups=False, enough=2)


def set_joining(world: World) -> tuple[Any, str, Any]:
    joining(world, "open")
    return world.ana, "set_joining", world.union


def join_open(world: World) -> tuple[Any, str, Any]:
    joining(world, "open")
    newcomer = make_person(f"n{token_hex(4)}")
    joined = applications.join_open_group(by=newcomer, group=world.union, standing="peer")
    return Oneself(newcomer), "join_open_group", joined


def application(world: World, verb: str) -> tuple[Any, str, Any]:
    joining(world, "application")
    newcomer = make_person(f"n{token_hex(4)}")
    asked = applications.apply_to_join(by=newcomer, group=world.union, standing="peer", answers=[(CANARY, CANARY)])
    asked = Application.objects.select_related("group", "person").get(pk=asked.pk)
    match verb:
        case "withdraw_application":
            applications.withdraw_application(by=newcomer, application=asked)
        case "accept_application":
            applications.accept_application(by=world.ana, application=asked)
        case "decline_application":
            applications.decline_application(by=world.ana, application=asked)
        case "back_application":
            applications.back_application(by=world.ben, application=asked)
    actor = {
        "back_application": world.ben,
        "apply_to_join": Oneself(newcomer),
        "withdraw_application": Oneself(newcomer),
    }
    return actor.get(verb, world.ana), verb, asked


def role(world: World, verb: str) -> tuple[Any, str, Any]:
    name = f"{CANARY} {token_hex(4)}"
    made = roles.make_role(by=world.ana, name=name, powers=[Power.TREASURER], trusted_by=3)
    match verb:
        case "edit_role":
            roles.edit_role(by=world.ana, role=made, name=f"{name} 2", powers=[], term_months=6, trusted_by=None)
        case "give_up_role":
            roles.give_up_role(by=world.ana, role=made)
    if verb in ("offer_to_hold", "back_offer", "withdraw_offer"):
        offer = offers.offer_to_hold(by=world.ben, role=made)
        if verb == "back_offer":
            offers.back_offer(by=world.caro, offer=offer)
            return world.caro, verb, offer
        if verb == "withdraw_offer":
            offers.withdraw_offer(by=world.ben, offer=offer)
        return world.ben, verb, offer
    return world.ana, verb, made


def removed(world: World) -> tuple[Any, str, Any]:
    member = add_member(by=world.ana, person=make_person(f"n{token_hex(4)}"), standing="peer")
    adopted = {"state": Proposal.State.CLOSED, "outcome": Proposal.Outcome.ADOPTED}
    decision = Proposal(group=world.union, effect="remove_member", effect_on=member.pk, **adopted)
    leaving.remove_member(by=world.ana, member=member, decision=decision)
    return world.ana, "remove_member", member


def tried_again(world: World) -> tuple[Any, str, Any]:
    now = timezone.now()
    Reminder.objects.create(
        group=world.union, person=world.ben.person, occasion="meeting", occasion_id=uuid4(), occasion_at=now,
        lead_minutes=60, channel="email", due_at=now, attempts=Reminder.MAXIMUM_ATTEMPTS,
    )  # fmt: skip
    assert outbox.try_again(by=world.ana) == 1
    return world.ana, "try_again", world.union


def exported(world: World) -> tuple[Any, str, Any]:
    exporting.export_group(by=world.ana, group=world.union, file=BytesIO())
    return world.ana, "export_group", world.union


def abandoned(world: World) -> tuple[Any, str, Any]:
    """The one who coordinates leaves."""
    actions.leave_group(by=world.ana)
    return world.ana, "start_takeover", world.union


def erased(world: World) -> tuple[Any, str, Any]:
    taking_along.close_for_good(by=world.ana, group=world.union)
    return world.ana, "erase_group", world.union


PEOPLE_ACTS: dict[str, Act] = {
    "set_joining": set_joining,
    "join_open_group": join_open,
    **{
        verb: partial(application, verb=verb)
        for verb in (
            *("apply_to_join", "withdraw_application", "accept_application", "decline_application"),
            "back_application",
        )
    },
    **{
        verb: partial(role, verb=verb)
        for verb in ("make_role", "edit_role", "give_up_role", "offer_to_hold", "back_offer", "withdraw_offer")
    },
    "remove_member": removed,
    "try_again": tried_again,
    "export_group": exported,
}
# After these a group is not what it was: each is tried by itself, and last.
LAST_ACTS: dict[str, Act] = {"start_takeover": abandoned, "erase_group": erased}
