"""What each token opens: every address for programs, asked with GET and with POST.

Tokens of Ana, who coordinates the union; of Ben and Caro, its members; of Dee, who belongs elsewhere; each with every
scope. Then tokens that reach less far. What is posted is an empty object.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from groups import actions
from groups.models import ApiToken, Membership, Person, Power, Scope
from hrplatform import isolation
from tests.conftest import World
from tests.test_access import (
    Things,
    routes,
    rows_of,
    things,  # noqa: F401 (a fixture: the union with one of everything)
)

ROLES = ("ana", "ben", "caro", "dee")

# GET: ana ben caro dee | POST: ana ben caro dee | route
TABLE = r"""
200 200 200 200 | 405 405 405 405 | /api/me/
200 200 200 200 | 405 405 405 405 | /api/me/inbox/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/members/
200 403 403 404 | 201 403 403 404 | /api/groups/<slug:slug>/invitations/
405 405 405 404 | 200 403 403 404 | /api/groups/<slug:slug>/invitations/<uuid:pk>/revoke/
200 200 200 404 | 422 403 403 404 | /api/groups/<slug:slug>/meetings/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/meetings/<uuid:pk>/
405 405 405 404 | 200 403 403 404 | /api/groups/<slug:slug>/meetings/<uuid:pk>/cancel/
200 200 200 404 | 422 422 422 404 | /api/groups/<slug:slug>/meetings/<uuid:pk>/agenda/
405 405 405 404 | 422 422 422 404 | /api/groups/<slug:slug>/meetings/<uuid:pk>/to-do/
405 405 405 404 | 200 200 200 404 | /api/groups/<slug:slug>/agenda/<uuid:pk>/support/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/to-do/
405 405 405 404 | 200 200 200 404 | /api/groups/<slug:slug>/to-do/<uuid:pk>/done/
200 200 200 404 | 422 422 422 404 | /api/groups/<slug:slug>/proposals/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/proposals/<uuid:pk>/
405 405 405 404 | 422 422 422 404 | /api/groups/<slug:slug>/proposals/<uuid:pk>/vote/
200 200 200 404 | 422 422 422 404 | /api/groups/<slug:slug>/proposals/<uuid:pk>/comments/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/agreements/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/agreements/<uuid:pk>/
200 200 200 404 | 422 422 422 404 | /api/groups/<slug:slug>/practices/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/practices/<uuid:pk>/
200 200 200 404 | 422 422 422 404 | /api/groups/<slug:slug>/rights/
200 403 403 404 | 405 405 405 404 | /api/groups/<slug:slug>/rights/<uuid:pk>/
200 200 200 404 | 422 422 422 404 | /api/groups/<slug:slug>/campaigns/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/campaigns/<uuid:pk>/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/payments/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/applications/
200 200 200 404 | 405 405 405 404 | /api/groups/<slug:slug>/journal/
"""

Program = Callable[..., Client]


def lines() -> dict[str, dict[str, dict[str, str]]]:
    found = {}
    for text in TABLE.strip().splitlines():
        get, post, route = (part.strip() for part in text.split("|", 2))
        found[route] = {
            method: dict(zip(ROLES, cells.split(), strict=True)) for method, cells in (("GET", get), ("POST", post))
        }
    return found


LINES = lines()


@pytest.fixture
def program() -> Program:
    """A program that sends a token of this person, with every scope if none are named."""

    def made(person: Person, scopes: list[str] | None = None, membership: Membership | None = None) -> Client:
        with isolation.context(person=person.pk):
            _, secret = actions.make_token(
                by=person, name="test", scopes=list(Scope) if scopes is None else scopes, days=7, membership=membership
            )
        return Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)

    return made


def answer_of(client: Client, method: str, address: str) -> str:
    """The status. Whatever the request did is taken back."""
    with transaction.atomic():
        answer = client.generic(method, address, "{}", content_type="application/json")
        transaction.set_rollback(True)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert answer.json()["status"] == answer.status_code
    return str(answer.status_code)


@pytest.fixture(autouse=True)
def _never_too_much(settings, monkeypatch) -> None:
    """The matrices below ask more in a second than a program may in a minute."""
    monkeypatch.setattr("groups.api.authentication.PersonThrottle.rate", "100000/min", raising=False)


def test_every_address_is_listed_and_every_listed_one_is_there() -> None:
    there = {route for route in routes(get_resolver()) if route.startswith("/api/")} - {"/api/schema/"}
    assert there == set(LINES)


@pytest.mark.parametrize("role", ROLES)
def test_each_token_is_answered_as_listed(role: str, program: Program, things: Things, world: World) -> None:  # noqa: F811
    client = program(getattr(world, role).person)
    for method in ("GET", "POST"):
        found = {route: answer_of(client, method, things.address(route)) for route in LINES}
        assert found == {route: answers[method][role] for route, answers in LINES.items()}


def test_no_token_and_no_good_token_open_nothing(things: Things, sign_in, world: World) -> None:  # noqa: F811
    for header in ("", "Bearer", "Bearer ", "Bearer nothing", f"Bearer {'x' * 5000}", "Basic YW5hOmFuYQ==", "Bearer é"):
        client = Client(headers={"Authorization": header}) if header else Client()
        for route in LINES:
            assert answer_of(client, "GET", things.address(route)) == "401", (header, route)


def test_a_browser_that_is_signed_in_does_nothing_here(things: Things, sign_in, world: World) -> None:  # noqa: F811
    client = sign_in(world.ana)
    answer = client.post(f"/api/groups/{world.union.slug}/invitations/", {}, content_type="application/json")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_without_the_scope_is_refused_everywhere(
    program: Program,
    things: Things,  # noqa: F811
    world: World,
) -> None:
    """With each scope alone, exactly the addresses that name it open."""
    views = {route: get_resolver().resolve(things.address(route)).func.cls for route in LINES}  # type: ignore[attr-defined]
    for scope in Scope:
        client = program(world.ana.person, [scope])
        for route, view in views.items():
            for method, needed in view.scopes.items():
                answer = answer_of(client, method, things.address(route))
                assert (answer == "403") == (needed != scope), (scope, method, route)


def test_every_method_of_every_address_names_its_scope(things: Things) -> None:  # noqa: F811
    for route in LINES:
        view = get_resolver().resolve(things.address(route)).func.cls  # type: ignore[attr-defined]
        methods = {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)}
        assert methods == set(view.scopes), route
        for method, scope in view.scopes.items():
            assert scope.value.endswith(":read") == (method == "GET"), route


def test_a_token_for_one_group_opens_no_other(program: Program, world: World, sign_in) -> None:
    with isolation.context(person=world.ana.person_id):
        second = actions.found_group(by=world.ana.person, kind="circle", name="Kitchen table")
        there = Membership.objects.get(group=second)
    client = program(world.ana.person, membership=there)
    assert client.get(f"/api/groups/{second.slug}/").status_code == 200
    assert client.get(f"/api/groups/{world.union.slug}/").status_code == 404
    assert [each["name"] for each in client.get("/api/me/").json()["results"]] == ["Kitchen table"]


def test_a_token_ends_on_its_day(program: Program, world: World) -> None:
    client = program(world.ana.person)
    assert client.get("/api/me/").status_code == 200
    with time_machine.travel(date.today() + timedelta(days=8)):
        assert client.get("/api/me/").status_code == 401


def test_a_token_of_an_account_that_was_switched_off_opens_nothing(program: Program, world: World) -> None:
    client = program(world.ana.person)
    Person.objects.filter(pk=world.ana.person_id).update(is_active=False)
    assert client.get("/api/me/").status_code == 401


def test_whoever_left_the_group_is_an_outsider_with_their_token_too(program: Program, world: World) -> None:
    clients = [program(world.ben.person), program(world.ben.person, membership=world.ben)]
    with isolation.context(person=world.ben.person_id, groups=[world.union.pk]):
        actions.leave_group(by=world.ben)
    for client in clients:
        assert client.get(f"/api/groups/{world.union.slug}/").status_code == 404


def test_things_of_another_group_are_not_there(program: Program, things: Things, world: World) -> None:  # noqa: F811
    """Dee may do everything in her own group; she asks for the union's things under her own group's address."""
    with isolation.context(person=world.dee.person_id, groups=[world.elsewhere.pk]):
        actions.set_powers(by=world.dee, member=world.dee, powers=list(Power))
    client, before = program(world.dee.person), rows_of(world.union)
    for route in (route for route in LINES if "<uuid:pk>" in route):
        address = things.address(route).replace(world.union.slug, world.elsewhere.slug)
        for method in get_resolver().resolve(address).func.cls.scopes:  # type: ignore[attr-defined]
            answer = client.generic(method, address, "{}", content_type="application/json")
            assert answer.status_code == 404, (method, address)
    assert rows_of(world.union) == before


def test_the_table_of_tokens_shows_whoever_holds_one_that_one_only(program: Program, world: World) -> None:
    program(world.ana.person)
    with isolation.context(person=world.ben.person_id, groups=[world.union.pk]):
        assert not ApiToken.objects.exists()
