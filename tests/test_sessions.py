"""Signing in, staying in, getting out: what a stolen row, a stolen cookie or a guesser with time gets."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client

from hrplatform.sessions import stored_key
from tests.conftest import PASSPHRASE, World, make_person

START = datetime(2026, 11, 20, 21, 0, tzinfo=ZoneInfo("UTC"))
COOKIE = settings.SESSION_COOKIE_NAME
PRIVATE = "/groups/"
OURS, THEIRS = "127.77.77.77", "127.0.0.9"


def try_to_sign_in(client: Client, handle: str = "ana", passphrase: str = PASSPHRASE, source: str = OURS):
    return client.post("/sign-in/", {"login": handle, "password": passphrase}, REMOTE_ADDR=source)


def cookie_of(client: Client) -> str:
    return client.cookies[COOKIE].value


def with_cookie(value: str) -> Client:
    client = Client()
    client.cookies[COOKIE] = value
    return client


def is_in(client: Client) -> bool:
    answer = client.get(PRIVATE)
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana_is_in(world: World, clock: time_machine.Traveller) -> Client:
    client = Client()
    assert try_to_sign_in(client).status_code == 302
    assert is_in(client)
    return client


# --- What the table holds ---------------------------------------------------------------------------------------------


def test_a_stored_key_used_as_a_cookie_opens_nothing(ana_is_in: Client) -> None:
    keys = list(Session.objects.values_list("session_key", flat=True))
    assert keys
    for key in keys:
        thief = with_cookie(key)
        assert not is_in(thief)
    assert is_in(ana_is_in)


def test_the_cookie_is_not_in_the_table_in_any_form(ana_is_in: Client) -> None:
    cookie = cookie_of(ana_is_in)
    (row,) = Session.objects.all()
    assert row.session_key == stored_key(cookie)
    assert cookie not in f"{row.session_key} {row.session_data} {row.get_decoded()}"


def test_an_invented_cookie_makes_no_session(world: World) -> None:
    assert not is_in(with_cookie("x" * 32))
    assert not Session.objects.exists()


@pytest.mark.parametrize("value", ["", "../../etc/passwd", "%00", "é" * 40, "a" * 4000, "' OR 1=1 --", "\x00"])
def test_a_cookie_that_makes_no_sense_is_a_visitor(value: str, world: World) -> None:
    client = Client()
    assert client.get(PRIVATE, HTTP_COOKIE=f"{COOKIE}={value}").status_code == 302


# --- How long it lasts ------------------------------------------------------------------------------------------------


def test_it_lasts_while_it_is_used(ana_is_in: Client, clock: time_machine.Traveller) -> None:
    for _ in range(4):
        clock.shift(timedelta(minutes=29))
        assert is_in(ana_is_in)


def test_it_ends_after_thirty_minutes_without_a_request(ana_is_in: Client, clock: time_machine.Traveller) -> None:
    cookie = cookie_of(ana_is_in)
    clock.shift(timedelta(minutes=31, seconds=1))
    assert not is_in(ana_is_in)
    assert not is_in(with_cookie(cookie))


def test_it_ends_after_twelve_hours_however_busy(ana_is_in: Client, clock: time_machine.Traveller) -> None:
    for _ in range(28):
        clock.shift(timedelta(minutes=25))
        assert is_in(ana_is_in)
    clock.shift(timedelta(minutes=21))
    assert not is_in(ana_is_in)


def test_reading_public_pages_alone_does_not_keep_it_open(ana_is_in: Client, clock: time_machine.Traveller) -> None:
    """Also the other way round: whoever only reads guides is signed out, and goes on reading."""
    clock.shift(timedelta(minutes=31))
    assert ana_is_in.get("/en/about/").status_code == 200
    assert not is_in(ana_is_in)


def test_no_exact_moment_of_a_request_is_kept(ana_is_in: Client, clock: time_machine.Traveller) -> None:
    """A minute is enough for the idle limit; seconds would say when somebody was awake."""
    (before,) = Session.objects.all()
    clock.shift(timedelta(seconds=30))
    assert is_in(ana_is_in)
    (after,) = Session.objects.all()
    assert before.session_data == after.session_data


# --- Changing hands ---------------------------------------------------------------------------------------------------


def test_a_cookie_planted_before_sign_in_is_worth_nothing_after_it(world: World) -> None:
    client = Client()
    client.get("/sign-in/")
    planted = import_module(settings.SESSION_ENGINE).SessionStore()
    planted["language"] = "en"
    planted.create()
    client.cookies[COOKIE] = planted.session_key
    assert try_to_sign_in(client).status_code == 302
    assert cookie_of(client) != planted.session_key
    assert is_in(client)
    assert not is_in(with_cookie(planted.session_key))


def test_the_csrf_secret_changes_at_sign_in(world: World) -> None:
    client = Client()
    client.get("/sign-in/")
    before = client.cookies[settings.CSRF_COOKIE_NAME].value
    try_to_sign_in(client)
    client.get("/me/")
    assert client.cookies[settings.CSRF_COOKIE_NAME].value != before


@pytest.mark.parametrize("way", ["sign out", "exit"])
def test_a_cookie_is_dead_after_leaving(way: str, ana_is_in: Client) -> None:
    cookie = cookie_of(ana_is_in)
    answer = ana_is_in.post("/sign-out/") if way == "sign out" else ana_is_in.get("/leave/")
    assert answer.status_code == 302
    assert not is_in(with_cookie(cookie))
    assert not Session.objects.exists()


def test_the_exit_clears_the_cache_but_not_what_a_phone_has_not_sent(ana_is_in: Client) -> None:
    answer = ana_is_in.get("/leave/")
    assert answer["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize("place", ["/nothing/", "/groups/bcdfghjkmn/", "/me/inbox/read/"])
def test_the_exit_on_an_error_page_signs_out_too(place: str, ana_is_in: Client) -> None:
    exits = re.findall(r'class="exit" href="([^"]+)"', ana_is_in.get(place).content.decode())
    assert exits == ["/leave/"]


def test_the_exit_on_a_visitors_error_page_leads_where_the_operator_wants(world: World) -> None:
    exits = re.findall(r'class="exit" href="([^"]+)"', Client().get("/nothing/").content.decode())
    assert exits == [settings.EXIT_URL]


def test_a_new_passphrase_ends_every_other_session(world: World) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        assert try_to_sign_in(client).status_code == 302
    new = "five other words of mine"
    changed = here.post("/account/passphrase/", {"oldpassword": PASSPHRASE, "password1": new, "password2": new})
    assert changed.status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_an_account_switched_off_is_out_at_once(world: World, ana_is_in: Client) -> None:
    type(world.ana.person).objects.filter(pk=world.ana.person_id).update(is_active=False)
    assert not is_in(ana_is_in)


def test_the_cookie_is_for_requests_only_and_for_this_site_only(ana_is_in: Client) -> None:
    cookie = ana_is_in.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert not ana_is_in.cookies.get("messages")


# --- Guessing ---------------------------------------------------------------------------------------------------------


def guess(times: int, source: str = OURS, handle: str = "ana") -> list[int]:
    client = Client()
    return [try_to_sign_in(client, handle, f"a wrong one {number}", source).status_code for number in range(times)]


def test_after_seven_wrong_tries_a_source_has_to_wait(world: World) -> None:
    assert guess(7) == [422] * 7
    answer = try_to_sign_in(Client())
    assert answer.status_code == 429
    assert answer["Retry-After"] == "300"
    page = answer.content.decode()
    assert "Too many tries, too fast" in page
    assert "Your account is not blocked." in page
    assert PASSPHRASE not in page


def test_nobody_is_locked_out_by_somebody_elses_guesses(world: World) -> None:
    guess(12)
    client = Client()
    assert try_to_sign_in(client, source=THEIRS).status_code == 302
    assert is_in(client)


def test_whoever_is_in_stays_in_while_others_guess(world: World, ana_is_in: Client) -> None:
    guess(12)
    assert is_in(ana_is_in)


def test_waiting_is_enough(world: World, clock: time_machine.Traveller) -> None:
    guess(8)
    clock.shift(timedelta(minutes=5, seconds=1))
    assert try_to_sign_in(Client()).status_code == 302


def test_another_handle_does_not_give_more_tries(world: World) -> None:
    guess(4)
    guess(3, handle="ben")
    assert try_to_sign_in(Client(), "caro").status_code == 429


def test_a_header_cannot_pretend_another_source(world: World) -> None:
    client = Client()
    answers = [
        client.post(
            "/sign-in/",
            {"login": "ana", "password": "a wrong one"},
            REMOTE_ADDR=OURS,
            HTTP_X_FORWARDED_FOR=f"10.0.0.{number}",
            HTTP_X_REAL_IP=f"10.0.0.{number}",
            HTTP_FORWARDED=f"for=10.0.0.{number}",
        ).status_code
        for number in range(9)
    ]
    assert answers == [422] * 7 + [429] * 2


def test_a_connection_without_an_address_can_sign_in(world: World) -> None:
    """Behind a proxy on a local socket there is none."""
    assert try_to_sign_in(Client(), source="").status_code == 302


def test_guessing_the_old_passphrase_inside_is_limited_too(world: World, ana_is_in: Client) -> None:
    form = {"oldpassword": "a wrong one", "password1": "five other words", "password2": "five other words"}
    answers = [ana_is_in.post("/account/passphrase/", form).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2


def test_an_unknown_handle_is_answered_as_a_wrong_passphrase(world: World) -> None:
    known = try_to_sign_in(Client(), "ana", "a wrong one")
    unknown = try_to_sign_in(Client(), "zoe", "a wrong one")
    assert known.status_code == unknown.status_code == 422
    assert bare(known, "ana") == bare(unknown, "zoe")
    assert dict(known.headers).keys() == dict(unknown.headers).keys()


def test_a_switched_off_account_is_answered_as_a_wrong_passphrase_to_who_does_not_know_it(world: World) -> None:
    make_person("asleep", is_active=False)
    asleep = try_to_sign_in(Client(), "asleep", "a wrong one")
    unknown = try_to_sign_in(Client(), "asleep-not", "a wrong one")
    assert asleep.status_code == unknown.status_code == 422
    assert bare(asleep, "asleep") == bare(unknown, "asleep-not")


def test_an_unknown_handle_costs_the_same_work(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: the passphrase is hashed once whether the handle exists or not."""
    from hrplatform.hashers import PassphraseHasher

    hashed: list[str] = []
    encode, verify = PassphraseHasher.encode, PassphraseHasher.verify
    monkeypatch.setattr(PassphraseHasher, "encode", lambda *a, **k: hashed.append("encode") or encode(*a, **k))
    monkeypatch.setattr(PassphraseHasher, "verify", lambda *a, **k: hashed.append("verify") or verify(*a, **k))
    try_to_sign_in(Client(), "ana", "a wrong one")
    known, hashed[:] = len(hashed), []
    try_to_sign_in(Client(), "zoe", "a wrong one")
    assert known == len(hashed) == 1


def bare(answer: object, handle: str) -> str:
    """A page without what was typed and without its own token."""
    text = answer.content.decode().replace(f'value="{handle}"', "")  # type: ignore[attr-defined]
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_handles_are_the_same_in_capital_letters(world: World) -> None:
    assert try_to_sign_in(Client(), "ANA").status_code == 302


def test_a_handle_cannot_be_taken_twice_in_another_case(world: World) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        type(world.ana.person).objects.create(handle="Ana")


# --- No address anywhere ----------------------------------------------------------------------------------------------


def test_no_address_and_no_agent_is_kept_in_the_cache_or_the_database(world: World) -> None:
    agent = "Canary/7.7 (agent)"
    client = Client(HTTP_USER_AGENT=agent)
    guess(3)
    client.post("/sign-in/", {"login": "ana", "password": PASSPHRASE}, REMOTE_ADDR=OURS)
    client.get("/me/", REMOTE_ADDR=OURS)
    in_cache = cache._cache.get_client(None, write=True)  # type: ignore[attr-defined]
    kept = [key + b" " + (in_cache.get(key) or b"") for key in in_cache.scan_iter("*")]
    assert any(b"login_failed" in each for each in kept), "what is counted is found"
    everything = b" ".join(kept) + _database()
    for trace in (OURS, "127.77", agent, "Canary"):
        assert trace.encode() not in everything


def _database() -> bytes:
    """Every row of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            found.append(str(cursor.fetchone()[0]))
    for row in Session.objects.all():
        found.append(str(row.get_decoded()))
    return "\n".join(found).encode()
