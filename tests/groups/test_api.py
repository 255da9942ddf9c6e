"""What programs are answered: the same facts as on the pages, in pages of their own, and problems they can read."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from groups import actions
from groups.models import Group, Invitation, Meeting
from hrplatform import isolation
from tests.conftest import World
from tests.groups.test_api_access import program  # noqa: F401 (a fixture: a program with a token)

DAY = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%d")
MEETING = {"title": "Thursday", "day": DAY, "time": "19:00", "place": "behind the green door"}


@pytest.fixture
def ana_program(program, world: World) -> Client:  # noqa: F811
    return program(world.ana.person)


@pytest.fixture
def place(world: World) -> str:
    return f"/api/groups/{world.union.slug}/"


def send(client: Client, address: str, facts: object) -> object:
    return client.post(address, json.dumps(facts), content_type="application/json")


def test_a_program_schedules_a_meeting_and_calls_it_off_twice(ana_program: Client, place: str, as_member, ana) -> None:
    made = send(ana_program, place + "meetings/", MEETING)
    assert made.status_code == 201
    assert made.json()["place"] == "behind the green door"
    own = f"{place}meetings/{made.json()['id']}/"
    assert ana_program.get(own).json() == made.json()
    first, again = send(ana_program, own + "cancel/", {}), send(ana_program, own + "cancel/", {})
    assert first.json()["cancelled_at"]
    assert again.status_code == 200
    with as_member(ana):
        assert Meeting.objects.get().is_cancelled
        assert ana.group.journal.filter(verb="cancel_meeting").count() == 1


def test_members_are_handles_and_powers_and_nothing_says_who_is_a_peer(ana_program: Client, place: str) -> None:
    answer = ana_program.get(place + "members/")
    assert [each["handle"] for each in answer.json()["results"]] == ["ana", "ben", "caro"]
    assert set(answer.json()["results"][0]) == {"id", "handle", "powers", "joined_on"}
    assert "peer" not in answer.content.decode()


def test_the_link_of_an_invitation_is_in_the_answer_to_making_it_and_nowhere_else(
    ana_program: Client, place: str, visitor: Client
) -> None:
    made = send(ana_program, place + "invitations/", {"maximum_uses": 3}).json()
    assert visitor.get("/join/" + made["link"].split("/join/")[1]).status_code == 200
    [listed] = ana_program.get(place + "invitations/").json()["results"]
    assert listed["link"] is None
    assert listed["maximum_uses"] == 3


def test_the_rules_of_the_pages_hold_and_their_sentences_are_at_the_fields(ana_program: Client, place: str) -> None:
    answer = send(ana_program, place + "meetings/", {**MEETING, "day": "2001-01-01"})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["title"] == "Unprocessable Entity"
    assert problem["type"] == "about:blank"
    assert problem["errors"]["day"] == ["This moment has passed. Choose one that is still to come."]


def test_a_group_is_described_anew(ana_program: Client, place: str, world: World, as_member) -> None:
    facts = {
        "name": "Night Union", "area": "The Bronx", "about": "We hand out.", "how_to_reach": "", "visibility": "listed",
        "origin": "together", "language": "en", "time_zone": "America/New_York",
    }  # fmt: skip
    answer = ana_program.put(place, json.dumps(facts), content_type="application/json")
    assert answer.status_code == 200, answer.content
    with as_member(world.ana):
        assert Group.objects.get(pk=world.union.pk).area == "The Bronx"


def test_lists_come_in_pages_of_a_bounded_size(ana_program: Client, place: str, world: World, as_member) -> None:
    with as_member(world.ana):
        for _ in range(7):
            actions.invite(by=world.ana)
    first = ana_program.get(place + "invitations/?size=3").json()
    assert (first["count"], len(first["results"])) == (7, 3)
    seen = [each["id"] for each in first["results"]]
    while first["next"]:
        first = ana_program.get(first["next"]).json()
        seen += [each["id"] for each in first["results"]]
    assert len(set(seen)) == 7
    for odd in ("size=99999", "size=-1", "size=x", "size=%00"):
        assert ana_program.get(place + f"invitations/?{odd}").status_code == 200
    for nowhere in ("page=99", "page=x", "page=0", "page=%00", f"page={'9' * 5000}"):
        assert ana_program.get(place + f"invitations/?{nowhere}").status_code == 404


@pytest.mark.parametrize("name", ["meetings", "members", "invitations", "journal"])
def test_a_list_asks_the_same_number_of_questions_whatever_its_length(
    name: str, ana_program: Client, place: str, world: World, as_member
) -> None:
    counts = []
    for round_ in range(2):
        with as_member(world.ana):
            for number in range(4):
                Meeting.objects.create(
                    group=world.union, title="T", place="here", starts_at=datetime.fromisoformat("2026-01-01T00:00Z")
                )
                actions.invite(by=world.ana)
                person = actions.memberships.Person.objects.create_user(handle=f"zoe{round_}{number}")
                actions.memberships.add_member(by=world.ana, person=person, standing="peer")
        ana_program.get(f"{place}{name}/")
        with CaptureQueriesContext(connection) as asked:
            ana_program.get(f"{place}{name}/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- Problems ---------------------------------------------------------------------------------------------------------


def is_problem(answer, status: int) -> bool:
    problem = answer.json()
    return (
        answer.status_code == problem["status"] == status
        and answer.headers["Content-Type"] == "application/problem+json"
        and {"type", "title", "detail"} <= set(problem)
        and "no-store" in answer.headers["Cache-Control"]
        and answer.headers["X-Content-Type-Options"] == "nosniff"
    )


def test_each_kind_of_error_is_a_problem(ana_program: Client, place: str, settings, world: World) -> None:
    json_type = {"content_type": "application/json"}
    assert is_problem(ana_program.post(place + "meetings/", "{", **json_type), 400)
    assert is_problem(Client().get("/api/me/"), 401)
    assert is_problem(Client().get("/api/nothing/here/"), 404)
    assert is_problem(ana_program.get("/api/groups/nothing/"), 404)
    assert is_problem(ana_program.delete("/api/me/"), 405)
    assert is_problem(ana_program.options("/api/me/"), 405)
    assert is_problem(ana_program.generic("BREW", "/api/me/"), 405)
    assert is_problem(ana_program.get("/api/me/", headers={"Accept": "text/html"}), 406)
    assert is_problem(ana_program.post(place + "meetings/", "x" * 1_100_000, **json_type), 413)
    assert is_problem(ana_program.post(place + "meetings/", "a,b", content_type="text/csv"), 415)
    assert is_problem(
        ana_program.post(place + "meetings/", "a=b", content_type="application/x-www-form-urlencoded"), 415
    )
    assert is_problem(ana_program.post(place + "meetings/", "{}", **json_type), 422)


def test_what_no_longer_fits_is_a_conflict(ana_program: Client, monkeypatch) -> None:
    from groups.api import problems

    answer = problems.answer(actions.LastCoordinator(), {})
    assert answer is not None
    assert answer.status_code == 409


def test_without_the_master_key_a_program_is_told_to_come_back(ana_program: Client, settings, tmp_path: Path) -> None:
    settings.MASTER_KEY, settings.MASTER_KEY_PATH = "", tmp_path / "gone"
    answer = ana_program.get("/api/me/")
    assert is_problem(answer, 503)
    assert answer.headers["Retry-After"]


def test_what_breaks_is_a_problem_and_writes_nothing(
    ana_program: Client, place: str, monkeypatch, world, as_member
) -> None:
    def break_down(self: object) -> None:
        actions.invite(by=self.membership)  # type: ignore[attr-defined]
        raise RuntimeError("a bug")

    monkeypatch.setattr("groups.api.meetings.MeetingList.make", break_down)
    answer = send(ana_program, place + "meetings/", MEETING)
    assert is_problem(answer, 500)
    assert "bug" not in answer.content.decode()
    with as_member(world.ana):
        assert not Invitation.objects.exists()


def test_a_refused_request_writes_nothing_either(
    ana_program: Client, place: str, monkeypatch, world, as_member
) -> None:
    from groups.api.problems import Conflict

    def change_of_mind(self: object) -> None:
        actions.invite(by=self.membership)  # type: ignore[attr-defined]
        raise Conflict

    monkeypatch.setattr("groups.api.meetings.MeetingList.make", change_of_mind)
    assert is_problem(send(ana_program, place + "meetings/", MEETING), 409)
    with as_member(world.ana):
        assert not Invitation.objects.exists()


def test_too_much_at_once_is_a_problem_and_no_source_is_named(ana_program: Client, world: World) -> None:
    answers = [ana_program.get("/api/me/") for _ in range(125)]
    assert answers[0].status_code == 200
    assert is_problem(answers[-1], 429)
    assert int(answers[-1].headers["Retry-After"]) > 0
    client = cache._cache.get_client()  # type: ignore[attr-defined]
    names = " ".join(key.decode() for key in client.keys("*"))
    assert "api-" in names
    assert "127.0.0.1" not in names
    assert str(world.ana.person_id) not in names


def test_a_second_token_does_not_make_more_room(program, world: World) -> None:  # noqa: F811
    first, second = program(world.ben.person), program(world.ben.person)
    for _ in range(121):
        first.get("/api/me/")
    assert second.get("/api/me/").status_code == 429


# --- The document -----------------------------------------------------------------------------------------------------


def test_the_document_describes_every_address_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", "--file", str(file))
    described = set(json.loads(file.read_text())["paths"])
    from tests.groups.test_api_access import LINES

    there = {
        route.replace("<slug:slug>", "{slug}").replace("<uuid:pk>", "{id}").replace("<int:", "{").replace(">", "}")
        for route in LINES
    }
    assert described == there


def test_anybody_can_read_the_document(visitor: Client, db) -> None:
    answer = visitor.get("/api/schema/")
    assert answer.json()["openapi"].startswith("3.")
    assert answer.json()["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    assert not connection.queries_log


def test_the_database_keeps_groups_apart_for_programs_too(program, world: World) -> None:  # noqa: F811
    """The same context is open as for a page: without any filter of ours nothing of another group is read."""
    seen: list[set[object]] = []

    def look(self: object) -> object:
        seen.append(set(Group.objects.values_list("pk", flat=True)))
        return Group.objects.none()

    from groups.api.me import Me

    original, Me.rows = Me.rows, look  # type: ignore[method-assign]
    try:
        program(world.dee.person).get("/api/me/")
    finally:
        Me.rows = original  # type: ignore[method-assign]
    assert seen == [{world.elsewhere.pk}]
    with isolation.context():
        assert not Group.objects.exists()
