"""Whatever a program sends: a problem it can read, never a 500, and nothing half-written."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groups.api.forms import serializer_of
from tests.conftest import World
from tests.groups.test_api_access import (
    LINES,
    _never_too_much,  # noqa: F401 (a fixture: no throttle)
    program,  # noqa: F401 (a fixture: a program with a token)
)
from tests.test_access import (
    Things,
    rows_of,
    things,  # noqa: F401 (a fixture: the union with one of everything)
)

ODD = [
    None, True, 0, -1, 2**31, 2**63, 10**30, 1e308, "", " ", "a\0b", "\ud800", "\u202e\u200b", "x" * 3000, "=cmd", "²",
    "0000-00-00", "9999-12-31", "2026-02-30", "25:61", "00000000-0000-0000-0000-000000000000", [], {}, [[]], ["a\0b"],
    [None], ["x"] * 600, {"a": {"b": 1}},
]  # fmt: skip

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def client_of_ana(program, world: World) -> Client:  # noqa: F811
    made: Client = program(world.ana.person)
    return made


def places(things: Things) -> list[tuple[str, str, list[str]]]:  # noqa: F811
    """Every address that takes something, with the names of its fields."""
    found = []
    for route in LINES:
        address = things.address(route)
        view = get_resolver().resolve(address).func.cls  # type: ignore[attr-defined]
        names = list(serializer_of(view.form)().fields) if view.form else []
        found += [(method, address, names) for method in view.scopes if method != "GET"]
    return found


def send(client: Client, method: str, address: str, body: str | bytes, kind: str = "application/json") -> Any:
    answer = client.generic(method, address, body, content_type=kind)
    if answer.status_code >= 400:
        assert answer.json()["status"] == answer.status_code, (method, address)
    assert answer.status_code < 500, (method, address, body[:200])
    return answer


def test_no_odd_value_in_any_field_breaks_anything(client_of_ana: Client, things: Things) -> None:  # noqa: F811
    client = client_of_ana
    for method, address, names in places(things):
        for name in names:
            for value in ODD:
                send(client, method, address, json.dumps({name: value}))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_junk_breaks_anything(client_of_ana: Client, things: Things, data: st.DataObject) -> None:  # noqa: F811
    client = client_of_ana
    method, address, names = data.draw(st.sampled_from(places(things)))
    known = st.dictionaries(st.sampled_from(names or ["x"]), values, max_size=4)
    send(client, method, address, json.dumps(data.draw(known | values)))


BODIES = {
    "no JSON": (b"{", 400),
    "not UTF-8": (b'{"title": "\xff\xfe"}', 400),
    "a list": (b"[]", 400),
    "a word": (b'"x"', 400),
    "nothing": (b"null", 400),
    "no number": (b'{"title": NaN}', 400),
    "without end": (b'{"title": Infinity}', 400),
    "a field twice": (b'{"title": "a", "title": "b"}', 400),
    "a number of 10,000 digits": (b'{"title": ' + b"9" * 10_000 + b"}", 400),
    "nested 100,000 deep": (b'{"title": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "nested 20 deep": (b'{"title": ' + b"[" * 20 + b"]" * 20 + b"}", 400),
    "a megabyte in one field": (b'{"title": "' + b"x" * 1_000_000 + b'"}', 422),
    "more than a megabyte": (b'{"title": "' + b"x" * 1_100_000 + b'"}', 413),
    "an unknown field": (b'{"tilte": "a"}', 422),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_is_refused_and_writes_nothing(name, program, things: Things, world: World) -> None:  # noqa: F811
    client, (body, status) = program(world.ana.person), BODIES[name]
    before = rows_of(world.union)
    answer = send(client, "POST", f"/api/groups/{world.union.slug}/meetings/", body)
    assert answer.status_code == status
    assert rows_of(world.union) == before
