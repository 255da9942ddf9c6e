"""Acts with money, networks and the form of a group, for tests/test_journal.py: (who acted, the verb, on what)."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from groups.actions import forms, networks, payments
from groups.models import Affiliation, Group, Membership, RoleTerm
from tests.conftest import World
from tests.groups.test_networks import Adopted

CANARY = "canary-words-7391"
Act = Callable[[World], tuple[Membership | None, str, Any]]


def begin_to_count(world: World) -> None:
    if not world.ana.group.currency:
        payments.choose_currency(by=world.ana, currency="USD")


def money(world: World, act: str) -> tuple[Membership, str, Any]:
    """One act in the ledger, with the one that must come before it."""
    begin_to_count(world)
    facts: dict[str, Any] = {"purpose": CANARY, "amount": 500, "what_for": CANARY}
    if act in ("receive_money", "spend_money"):
        return world.ana, act, getattr(payments, act)(by=world.ana, form_key=uuid4(), **facts)
    agreed = payments.agree_payment(by=world.ana, member=world.ben, form_key=uuid4(), **facts)
    match act:
        case "agree_payment":
            return world.ana, act, agreed
        case "pay":
            return world.ana, act, payments.pay(by=world.ana, agreed=agreed)
    return world.ana, act, payments.counter(by=world.ana, payment=agreed)


def stipend(world: World) -> tuple[Membership, str, Any]:
    begin_to_count(world)
    meeting: Any = SimpleNamespace(pk=uuid4(), stipend=Decimal("5.00"))
    return world.ana, "agree_stipend", payments.agree_stipend(by=world.ana, meeting=meeting, member=world.ben)


def currency(world: World) -> tuple[Membership, str, Any]:
    payments.choose_currency(by=world.ana, currency="KGS")
    return world.ana, "choose_currency", world.union


MONEY_ACTS: dict[str, Act] = {
    # First, while the ledger is empty.
    "choose_currency": currency,
    **{
        act: partial(money, act=act)
        for act in ("receive_money", "spend_money", "agree_payment", "pay", "counter_payment")
    },
    "agree_stipend": stipend,
}


def convert(world: World, verb: str) -> tuple[Membership, str, Group]:
    """To the other form, and back again where that is what is looked for. Terms are as before afterwards."""
    decision = Adopted(world.union.pk, "convert")
    group = Group.objects.get(pk=world.union.pk)
    current = list(RoleTerm.objects.current().values_list("pk", flat=True))
    before = list(RoleTerm.objects.values_list("pk", flat=True))
    forms.convert_group(by=world.ana, group=group, decision=decision)
    if verb == "become_organization":
        forms.convert_group(by=world.ana, group=group, decision=decision)
    RoleTerm.objects.exclude(pk__in=before).delete()
    RoleTerm.objects.filter(pk__in=current).update(ends_on=None)
    Group.objects.filter(pk=group.pk).update(kind="organization")
    return world.ana, verb, group


def vote(world: World, verb: str) -> tuple[Membership, str, Group]:
    group = Group.objects.get(pk=world.union.pk)
    Group.objects.filter(pk=group.pk).update(allies_vote=verb == "end_allies_vote")
    forms.let_allies_vote(by=world.ana, group=group, decision=Adopted(group.pk, "allies_vote"))
    return world.ana, verb, group


def ask(world: World, verb: str) -> tuple[Membership | None, str, Affiliation]:
    """The union asks a network of its coordinator's, and what follows."""
    group = Group.objects.get(pk=world.union.pk)
    network = networks.found_network(by=world.ana, name=CANARY)
    of_network = Membership.objects.select_related("group", "person").get(group=network)
    decision = Adopted(group.pk, "affiliate", network.pk)
    affiliation = networks.ask_to_affiliate(by=world.ana, group=group, network=network, decision=decision)
    match verb:
        case "join_network":
            networks.accept_affiliation(by=of_network, affiliation=affiliation)
        case "show_name_to_network":
            networks.show_name_to_network(by=world.ana, affiliation=affiliation, shows_name=True)
        case "withdraw_request":
            networks.withdraw_request(by=world.ana, affiliation=affiliation)
    if verb in ("leave_network", "join_network"):
        networks.leave_network(by=world.ana, group=group, decision=Adopted(group.pk, "leave_network"))
    return None if verb == "join_network" else world.ana, verb, affiliation


def answer(world: World, verb: str) -> tuple[Membership, str, Affiliation]:
    """The union as a network, for as long as it answers a group that asks."""
    Group.objects.filter(pk=world.union.pk).update(kind="network", visibility="listed")
    affiliation = Affiliation.objects.create(group_id=world.elsewhere.pk, network=world.union, origin="together")
    getattr(networks, verb)(by=world.ana, affiliation=affiliation)
    Affiliation.objects.filter(pk=affiliation.pk).update(state="left")
    Group.objects.filter(pk=world.union.pk).update(kind="organization")
    return world.ana, verb, affiliation


FORM_ACTS: dict[str, Act] = {
    **{verb: partial(ask, verb=verb) for verb in ("ask_to_affiliate", "withdraw_request")},
    **{verb: partial(ask, verb=verb) for verb in ("show_name_to_network", "leave_network", "join_network")},
    **{verb: partial(answer, verb=verb) for verb in ("accept_affiliation", "decline_affiliation")},
    **{verb: partial(vote, verb=verb) for verb in ("let_allies_vote", "end_allies_vote")},
    **{verb: partial(convert, verb=verb) for verb in ("become_organization", "become_circle")},
}
