"""What every answer says to the browser, whatever the answer is; and what it leaves there."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings as project
from django.contrib.auth.decorators import login_not_required
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.test import Client
from django.urls import path

from groups import actions
from groups.models import Membership
from hrplatform.public_pages import KeptPublicPages
from tests.conftest import PASSPHRASE, World, make_person

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
FEATURES = """
accelerometer autoplay browsing-topics camera display-capture encrypted-media fullscreen geolocation gyroscope hid
idle-detection interest-cohort magnetometer microphone midi payment picture-in-picture screen-wake-lock serial usb
xr-spatial-tracking
"""
OFF = FEATURES.split()


def assert_safe(headers: Any, *, referrer: str = "no-referrer") -> None:
    found = {name: headers[name] for name in EVERYWHERE if name in headers}
    assert found == EVERYWHERE
    assert sorted(headers["Content-Security-Policy"].split("; ")) == sorted(POLICY.split("; "))
    assert sorted(headers["Permissions-Policy"].split(", ")) == [f"{feature}=()" for feature in sorted(OFF)]
    assert headers["Referrer-Policy"] == referrer
    for telling in ("Server", "X-Powered-By", "Via"):
        assert telling not in headers


# --- Every status -----------------------------------------------------------------------------------------------------


def break_down(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("canary in an error")


def guessing(client: Client) -> Any:
    for _ in range(8):
        answer = client.post("/sign-in/", {"login": "ana", "password": "a wrong one"})
    return answer


FORM = "application/x-www-form-urlencoded"
ANSWERS: dict[str, tuple[int, Callable[[Client], Any]]] = {
    "a page": (200, lambda client: client.get("/en/about/")),
    "plain text": (200, lambda client: client.get("/robots.txt")),
    "health": (200, lambda client: client.get("/healthz")),
    "options": (200, lambda client: client.options("/sign-in/")),
    "elsewhere": (302, lambda client: client.get("/groups/")),
    "a missing slash": (301, lambda client: client.get("/sign-in")),
    "the exit": (302, lambda client: client.get("/leave/")),
    "bad length": (400, lambda client: client.post("/sign-in/", CONTENT_LENGTH="many")),
    "bad host": (400, lambda client: client.get("/en/", HTTP_HOST="evil.example")),
    "forged": (403, lambda client: Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "ana"})),
    "nothing there": (404, lambda client: client.get("/nothing/here/")),
    "nothing there in a language": (404, lambda client: client.get("/en/guides/no-such/")),
    "wrong method": (405, lambda client: client.post("/en/about/")),
    "unknown method": (405, lambda client: client.generic("PROPFIND", "/en/about/")),
    "an old link": (410, lambda client: client.get("/join/nothing/")),
    "too large": (413, lambda client: client.post("/sign-in/", "x" * 1_100_000, content_type=FORM)),
    "too many fields": (413, lambda client: client.post("/sign-in/", "a=1&" * 1_001, content_type=FORM)),
    "wrong kind": (415, lambda client: client.post("/sign-in/", "<a/>", content_type="text/xml")),
    "too often": (429, guessing),
    "broken": (500, lambda client: client.get("/break-down/")),
}


@pytest.fixture
def site(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.test_headers"


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_visitors_answer_says_all_of_it(kind: str, site: None, world: World) -> None:
    status, ask = ANSWERS[kind]
    answer = ask(Client(raise_request_exception=False))
    assert answer.status_code == status
    assert_safe(answer.headers)
    assert not answer.cookies, "a visitor gets no cookie"
    assert b"canary" not in answer.content


def test_a_form_that_comes_back_says_all_of_it(world: World) -> None:
    answer = Client().post("/sign-in/", {"login": "ana"})
    assert answer.status_code == 422
    assert_safe(answer.headers, referrer="same-origin")


SIGNED_IN: dict[str, tuple[int, str, Callable[[Client, str], Any]]] = {
    "a page with a form": (200, "same-origin", lambda client, group: client.get("/me/")),
    "a page without one": (200, "no-referrer", lambda client, group: client.get(f"{group}journal/")),
    "a public page": (200, "no-referrer", lambda client, group: client.get("/en/about/")),
    "saved": (302, "no-referrer", lambda client, group: client.post(f"{group}reminders/", {"words": "neutral"})),
    "not open to them": (403, "no-referrer", lambda client, group: client.get(f"{group}edit/")),
    "not there": (404, "no-referrer", lambda client, group: client.get("/groups/bcdfghjkmn/")),
    "wrong method": (405, "no-referrer", lambda client, group: client.post(f"{group}journal/")),
    "too large": (413, "no-referrer", lambda client, group: client.post("/me/", "x" * 1_100_000, content_type=FORM)),
    "wrong kind": (415, "no-referrer", lambda client, group: client.post("/me/", "<a/>", content_type="text/xml")),
    "not right yet": (422, "same-origin", lambda client, group: client.post("/me/", {"language": "xx"})),
    "broken": (500, "no-referrer", lambda client, group: client.get("/break-down/")),
}


@pytest.mark.parametrize("kind", SIGNED_IN)
def test_a_members_answer_says_all_of_it_and_is_kept_nowhere(
    kind: str, site: None, ben: Membership, sign_in: Callable[..., Client]
) -> None:
    status, referrer, ask = SIGNED_IN[kind]
    client = sign_in(ben)
    client.raise_request_exception = False
    answer = ask(client, f"/groups/{ben.group.slug}/")
    assert answer.status_code == status
    assert_safe(answer.headers, referrer=referrer)
    assert "no-store" in answer["Cache-Control"]
    assert "public" not in answer["Cache-Control"]


def test_private_pages_without_the_key_say_all_of_it(
    ben: Membership, sign_in: Callable[..., Client], settings: Any, tmp_path: Path
) -> None:
    settings.MASTER_KEY_PATH = tmp_path / "none"
    answer = sign_in(ben).get("/me/")
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert_safe(answer.headers)
    assert "no-store" in answer["Cache-Control"]


def test_a_page_says_same_origin_exactly_when_it_holds_a_form_of_ours(
    world: World, sign_in: Callable[..., Client]
) -> None:
    client, group = sign_in(world.ana), f"/groups/{world.union.slug}/"
    for place in ("/me/", "/me/inbox/", "/groups/", "/groups/found/", group, f"{group}members/", f"{group}edit/"):
        answer = client.get(place)
        holds_a_form = b"csrfmiddlewaretoken" in answer.content
        assert answer["Referrer-Policy"] == ("same-origin" if holds_a_form else "no-referrer"), place


# --- Files and kept pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["css/tokens.css", "js/exit.js", "icons.svg", "favicon.svg"])
def test_files_say_all_of_it_and_may_be_kept(
    name: str, db: None, ben: Membership, sign_in: Callable[..., Client]
) -> None:
    for client in (Client(), sign_in(ben)):
        answer = client.get(static(name))
        assert answer.status_code == 200
        assert_safe(answer.headers)
        assert answer["Cache-Control"] == "max-age=315360000, public, immutable"
        assert not answer.cookies
        answer.close()


def test_a_file_that_is_not_there_says_all_of_it(db: None) -> None:
    for place in ("/static/no-such.css", "/static/../hrplatform/settings.py", "/static/%2e%2e/manage.py"):
        answer = Client().get(place)
        assert answer.status_code == 404
        assert_safe(answer.headers)


def ask(application: Callable[..., Iterable[bytes]], place: str, **environ: str) -> tuple[int, dict[str, str]]:
    request: dict[str, Any] = {"PATH_INFO": place, "HTTP_HOST": "127.0.0.1:8000", "REQUEST_METHOD": "GET", **environ}
    setup_testing_defaults(request)
    request["SCRIPT_NAME"] = ""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    answer = application(request, lambda status, headers, exc_info=None: started.append((status, headers)))
    b"".join(answer)
    if close := getattr(answer, "close", None):
        close()
    return int(started[-1][0].split()[0]), dict(started[-1][1])


def test_kept_pages_say_all_of_it_each_time(transactional_db: None) -> None:
    kept = KeptPublicPages(get_wsgi_application())
    for environ in ({}, {}, {"HTTP_ACCEPT_ENCODING": "gzip"}, {"REQUEST_METHOD": "HEAD"}):
        status, headers = ask(kept, "/en/about/", **environ)
        assert status == 200
        assert_safe(headers)
        assert "Set-Cookie" not in headers
        assert headers["Cache-Control"].startswith("public")
    status, again = ask(kept, "/en/about/", HTTP_IF_NONE_MATCH=headers["ETag"])
    assert status == 304
    assert_safe(again)


# --- Cookies ----------------------------------------------------------------------------------------------------------


def test_no_public_page_sets_a_cookie(world: World) -> None:
    client = Client()
    places = ["", "help-now/", "near/", "about/", "guides/", "guides/search/?q=vein", "guides/no-such/"]
    for place in [f"/{code}/{place}" for code, _ in project.LANGUAGES for place in places] + ["/", "/sign-up/"]:
        answer = client.get(place)
        assert not answer.cookies, place
        assert "csrfmiddlewaretoken" not in answer.content.decode(), place


def test_a_link_that_lets_someone_in_sets_no_cookie_until_they_make_an_account(
    ana: Membership, as_member: Callable[..., Any]
) -> None:
    with as_member(ana):
        _, token = actions.invite(by=ana)
    answer = Client().get(f"/join/{token}/")
    assert answer.status_code == 200
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]


# --- Over https -------------------------------------------------------------------------------------------------------

OVER_HTTPS = """
import json, sys
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
answers = {}
def note(name, answer):
    facts = ("secure", "httponly", "samesite", "path", "domain", "max-age")
    cookies = {each.key: [each[fact] for fact in facts] for each in answer.cookies.values()}
    answers[name] = {"status": answer.status_code, "headers": dict(answer.headers), "cookies": cookies}
note("page", client.get("/en/about/", secure=True))
note("missing", client.get("/nothing/", secure=True))
note("plain", client.get("/en/about/"))
note("health", client.get("/healthz"))
note("form", client.get("/sign-in/", secure=True))
note("in", client.post("/sign-in/", {"login": "zoe", "password": sys.argv[1]}, secure=True))
note("me", client.get("/me/", secure=True))
json.dump(answers, sys.stdout)
"""


@pytest.fixture
def over_https(transactional_db: None) -> dict[str, Any]:
    make_person("zoe")
    database = connections["default"].settings_dict["NAME"]
    environment = {
        **os.environ,
        "SITE_URL": "https://testserver",
        "DJANGO_SETTINGS_MODULE": "hrplatform.settings",
        "DATABASE_URL": f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{database}",
    }
    command = [sys.executable, "-c", OVER_HTTPS, PASSPHRASE]
    done = subprocess.run(
        command, cwd=project.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_over_https_browsers_are_told_to_stay_there_and_cookies_are_bound_to_the_host(
    over_https: dict[str, Any],
) -> None:
    for name in ("page", "missing", "form", "in", "me"):
        assert over_https[name]["headers"]["Strict-Transport-Security"] == (
            "max-age=63072000; includeSubDomains; preload"
        ), name
    assert over_https["page"]["cookies"] == {}
    assert over_https["plain"]["status"] == 301
    assert over_https["plain"]["headers"]["Location"] == "https://testserver/en/about/"
    assert over_https["health"]["status"] == 200
    assert over_https["in"]["status"] == 302
    assert over_https["me"]["status"] == 200
    cookies = over_https["form"]["cookies"] | over_https["in"]["cookies"]
    assert set(cookies) == {"__Host-session", "__Host-csrf"}
    for name, (secure, httponly, samesite, place, domain, lasts) in cookies.items():
        assert (secure, httponly, samesite, place, domain) == (True, True, "Lax", "/", ""), name
        assert bool(lasts) == (name == "__Host-session"), "the other goes with the browser"
    assert_safe(over_https["page"]["headers"])


def test_on_this_machine_without_https_no_browser_is_told_to_insist_on_it(visitor: Client, db: None) -> None:
    assert "Strict-Transport-Security" not in visitor.get("/en/about/").headers


# This module is the address book of its own tests: everything there is, and one page that breaks.
from hrplatform.urls import (  # noqa: E402
    handler400,  # noqa: F401
    handler403,  # noqa: F401
    handler404,  # noqa: F401
    handler429,  # noqa: F401
    handler500,  # noqa: F401
)
from hrplatform.urls import urlpatterns as real  # noqa: E402

urlpatterns = [path("break-down/", login_not_required(break_down)), *real]


def test_a_length_that_is_no_number_is_a_bad_request(visitor):
    for length in ("²", "9" * 5_000, "-1", "ten"):
        answer = visitor.generic("POST", "/sign-in/", b"", "application/x-www-form-urlencoded", CONTENT_LENGTH=length)
        assert answer.status_code == 400, length
