"""Whatever is sent: never a 500, the right page of ours, what was typed still on it, and nothing written."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.db import connection, transaction
from django.forms import BooleanField, ChoiceField
from django.http import HttpResponseBase
from django.test import Client

from groups import guessing
from groups.forms.words import in_one_line
from hrplatform import isolation
from tests.conftest import PASSPHRASE, World
from tests.test_access import (
    LINES,
    Things,
    things,  # noqa: F401 (a fixture: the union with one of everything)
)

FORM = "application/x-www-form-urlencoded"
DAY = (datetime.now() + timedelta(days=9)).strftime("%Y-%m-%d")  # noqa: DTZ005


@dataclass(frozen=True)
class Form:
    """A form that would be accepted as it stands. `secret`: fields that are never shown again."""

    role: str
    place: str
    facts: Mapping[str, str]
    secret: tuple[str, ...] = ()
    # The page makes a new one instead of showing what cannot be used.
    replaced: tuple[str, ...] = ()
    # Answers to a form that is not right: 422, but Django's own admin says 200.
    refused: int = 422


FORMS = {
    "sign in": Form("visitor", "/sign-in/", {"login": "ana", "password": PASSPHRASE}, ("password",)),
    "make an account": Form(
        "visitor",
        "/join/<str:token>/account/",
        {
            "username": "zoe",
            "password1": "five words only I know",
            "password2": "five words only I know",
            "standing": "peer",
        },
        ("password1", "password2"),
    ),
    "found the first group": Form(
        "visitor",
        "/start/<str:token>/",
        {"username": "zoe", "password1": "five words only I know", "password2": "five words only I know"},
        ("password1", "password2"),
    ),
    "is it you": Form("ana", "/account/reauthenticate/", {"password": PASSPHRASE}, ("password",)),
    "change the passphrase": Form(
        "ana",
        "/account/passphrase/",
        {
            "oldpassword": PASSPHRASE,
            "password1": "five words only I know",
            "password2": "five words only I know",
        },
        ("oldpassword", "password1", "password2"),
    ),
    "found a group": Form(
        "ben",
        "/groups/found/",
        {"kind": "circle", "name": "Us", "language": "en", "time_zone": "Europe/Madrid", "standing": "peer"},
    ),
    "describe a group": Form(
        "ana",
        "/groups/<slug:slug>/edit/",
        {
            "name": "Night Union",
            "area": "East",
            "about": "We meet.",
            "how_to_reach": "Ask.",
            "visibility": "unlisted",
            "origin": "self_organized",
            "language": "en",
            "time_zone": "UTC",
        },
    ),
    "give powers": Form("ana", "/groups/<slug:slug>/members/<uuid:pk>/powers/", {"powers": "keep_stock", "until": DAY}),
    "say how one stands": Form("ben", "/groups/<slug:slug>/standing/", {"standing": "ally"}),
    "say how people join": Form(
        "ana",
        "/groups/<slug:slug>/joining/",
        {"joining": "application", "questions": "What brings you?", "enough": "3", "takes_sign_ups": "on"},
    ),
    "make a role": Form(
        "ana",
        "/groups/<slug:slug>/roles/new/",
        {"name": "Press", "powers": "see_reports", "term_months": "6", "trusted_by": "2"},
    ),
    "invite": Form("ana", "/groups/<slug:slug>/invitations/", {"maximum_uses": "3", "days": "7"}),
    "schedule a meeting": Form(
        "ana",
        "/groups/<slug:slug>/meetings/schedule/",
        {
            "title": "Thursday",
            "day": DAY,
            "time": "19:00",
            "duration_minutes": "90",
            "repeats": "weekly",
            "ends": "times",
            "times": "4",
            "place": "The room",
        },
    ),
    "change a meeting": Form(
        "ana",
        "/groups/<slug:slug>/meetings/<uuid:pk>/edit/",
        {
            "scope": "following",
            "title": "Friday",
            "day": DAY,
            "time": "20:00",
            "duration_minutes": "90",
            "repeats": "fortnightly",
            "ends": "never",
            "place": "The yard",
        },
    ),
    "add to an agenda": Form(
        "ben", "/groups/<slug:slug>/meetings/<uuid:pk>/agenda/", {"title": "Night bus", "note": "It does not stop."}
    ),
    "write minutes": Form(
        "ana",
        "/groups/<slug:slug>/meetings/<uuid:pk>/minutes/",
        {"text": "We go on.", "version": "0"},
        replaced=("version",),
    ),
    "write down what to do": Form(
        "ben", "/groups/<slug:slug>/meetings/<uuid:pk>/to-do/", {"what": "Ask the driver", "due_on": DAY}
    ),
    "take turns": Form("ben", "/groups/<slug:slug>/turns/", {"tasks": "take_notes"}),
    "choose a reminder": Form(
        "ben", "/groups/<slug:slug>/reminders/", {"leads": "60", "channels": "in_app", "words": "neutral"}
    ),
    "choose quiet hours": Form("ben", "/me/reminders/", {"quiet_from": "23:00", "quiet_until": "08:00"}),
    "settings of one's own": Form(
        "ben", "/me/", {"language": "es", "time_zone": "Europe/Madrid", "email": "ben@example.org"}
    ),
    "log a contact": Form(
        "caro",
        "/groups/<slug:slug>/contacts/log/",
        {
            "id": "",
            "at": "",
            "used_returned": "3",
            "others_reached": "1",
            "for_self": "on",
            "just_talked": "",
            "site": "",
            "note": "More strips.",
            "item_cookers": "5",
            "kit_<kit>": "1",
        },
        replaced=("id", "at", "for_self", "just_talked", "site"),
    ),
    "make a kit": Form(
        "ana",
        "/groups/<slug:slug>/kits/new/",
        {"name": "Day kit", "symbol": "package", "item_cookers": "5"},
    ),
    "change a kit": Form(
        "ana",
        "/groups/<slug:slug>/kits/<uuid:pk>/",
        {"name": "Day kit", "symbol": "package", "item_cookers": "5"},
    ),
    "make a place": Form(
        "ana", "/groups/<slug:slug>/sites/new/", {"name": "The corner", "kind": "fixed", "area": "East"}
    ),
    "change a place": Form(
        "ana", "/groups/<slug:slug>/sites/<uuid:pk>/", {"name": "The corner", "kind": "fixed", "area": "East"}
    ),
    "step a number": Form(
        "caro", "/groups/<slug:slug>/contacts/log/", {"used_returned": "3", "step": "used_returned:+1"}, refused=200
    ),
    "settings of the instance": Form(
        "operator",
        "/operator/hrplatform/instancesettings/<path:object_id>/change/",
        {"name": "Night Window", "exit_url": "https://example.org/", "_save": "Save"},
        refused=200,
    ),
}

HOSTILE = {
    "nothing": "",
    "spaces": "   ",
    "NUL": "a\x00b",
    "very long": "long " * 20_000,
    "right to left": "\u202etxet desrever\u202c \u05e9\u05dc\u05d5\u05dd",
    "zero width": "\u200b\u200d\ufeff",
    "combining": "e" + "\u0301" * 200,
    "emoji": "🧵🏽‍🦱",
    "control": "a\x07\x1b[31mb\x7f",
    "lines": "a\r\nSet-Cookie: stolen=1\r\n\r\nb",
    "script": "<script>alert('x')</script>",
    "attribute": "\" autofocus onfocus=alert(1) x='",
    "template": "{{ 7|add:7 }}{% debug %}",
    "format": "%s %(name)s %n {0} {name}",
    "quote": "'; DROP TABLE groups_group; --",
    "spreadsheet": "=cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd",
    "not a number": "NaN",
    "endless": "Infinity",
    "negative": "-1",
    "tiny": "-99999999999999999999",
    "fraction": "1.5",
    "power": "1e309",
    "arabic digits": "٣٤٥",
    "huge": "9" * 400,
    "beyond integer": "2147483648",
    "beyond bigint": "9223372036854775808",
    "hexadecimal": "0x10",
    "year 0": "0000-01-01",
    "year 9999": "9999-12-31",
    "year 99999": "99999-01-01",
    "no such day": "2026-02-30",
    "long ago": "0001-01-01",
    "no such hour": "25:61",
    "moment": "9999-12-31T23:59:59.999999+14:00",
    "moment of the year 1": "0001-01-01T00:00:00+14:00",
    "somebody else's": "<foreign>",
    "an unknown id": str(uuid4()),
    "half an id": "0192f0c0-",
    "JSON": '{"$gt": ""}',
    "list": "[]",
    "null": "null",
    "true": "true",
    "zone path": "/etc/localtime",
    "e-mail with a line": "a@example.org\nBcc: b@example.org",
    "address of a script": "javascript:alert(1)",
}
CHOSEN = {
    what: HOSTILE[what]
    for what in ("nothing", "NUL", "very long", "script", "huge", "negative", "somebody else's", "JSON", "zone path")
}
# Bytes that are not UTF-8: a lone surrogate, one that never begins anything, half a letter, one written too long.
NOT_TEXT = {"surrogate": "%ED%A0%80", "no letter": "%FF%FE", "half a letter": "%D0", "overlong": "%C0%AF"}


# --- Asking -----------------------------------------------------------------------------------------------------------


@dataclass
class Site:
    """The world to ask, and what is written in it."""

    things: Things
    foreign: str
    kit: str
    tables: list[str]
    at_first: list[tuple[object, ...]] = field(default_factory=list)

    def client(self, role: str) -> Client:
        client = self.things.clients[role]
        client.raise_request_exception = False
        return client

    def facts(self, form: Form) -> dict[str, str]:
        return {name.replace("<kit>", self.kit): value for name, value in form.facts.items()}

    def written(self) -> list[tuple[object, ...]]:
        """How many rows each table has, and the newest mark of a change in it. Sessions are not counted."""
        query = " UNION ALL ".join(
            f"SELECT '{table}', count(*), max(xmin::text::bigint) FROM \"{table}\"" for table in self.tables
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def ask(self, role: str, method: str, place: str, body: str | bytes = b"", kind: str = FORM, **more: Any) -> Any:
        """The answer, and whether anything was written. What was done is taken back."""
        client = self.client(role)
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        # Everything is taken back each time, so what there was at first is what there is before each request.
        self.at_first = self.at_first or self.written()
        with transaction.atomic():
            answer = client.generic(method, place, body, content_type=kind, **more)
            has_written = self.written() != self.at_first
            transaction.set_rollback(True)
        client.cookies.clear()
        for name, value in cookies.items():
            client.cookies[name] = value
        return answer, has_written


@pytest.fixture
def site(world: World, things: Things, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:  # noqa: F811
    # What is tried here is input, not how often.
    settings.ACCOUNT_RATE_LIMITS = False
    monkeypatch.setattr(guessing, "MOST_IN_AN_HOUR", 1_000_000)
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name != "django_session"]
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk, world.elsewhere.pk]):
        yield Site(things, str(world.dee.pk), str(things.of_union["kits"]), tables)


def asked(routes: Iterable[str], method: str) -> Iterator[tuple[str, str]]:
    """Each route with those for whom there is something behind it: a member, the operator, a visitor."""
    for route in routes:
        for role in ("operator",) if route.startswith("/operator/") else ("ana", "visitor"):
            if LINES[route].answers[method][role] not in ("in", "405"):
                yield route, role


def text_of(answer: HttpResponseBase) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def is_ours(answer: HttpResponseBase) -> bool:
    """A whole page of this site, with the way out on it; a problem where programs ask (tests/groups/test_api.py)."""
    text = text_of(answer)
    if answer.headers["Content-Type"] == "application/problem+json":
        return bool(json.loads(text)["status"] == answer.status_code)
    return 'class="exit"' in text and "<h1" in text and "Traceback" not in text


# --- Fields -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMS)
def test_the_form_itself_is_accepted(name: str, site: Site) -> None:
    """Otherwise the tests below would find every field refused for another field's sake."""
    form = FORMS[name]
    answer, has_written = site.ask(form.role, "POST", site.things.address(form.place), urlencode(site.facts(form)))
    assert answer.status_code in (200, 302), answer.context["form"].errors
    # A group just founded is in nobody's sight here.
    assert name in ("step a number", "is it you", "found a group") or has_written


@pytest.mark.parametrize("name", FORMS)
def test_nothing_typed_into_a_field_breaks_anything(name: str, site: Site) -> None:
    form, wrong = FORMS[name], []
    place, facts = site.things.address(form.place), site.facts(FORMS[name])
    page = site.ask(form.role, "GET", place)[0].context
    fields = (page.get("form") or page["adminform"].form).fields
    for changed in facts:
        # Where one of a few is chosen, nothing that is typed gets further than the list.
        tried = CHOSEN if isinstance(fields.get(changed), ChoiceField | BooleanField) else HOSTILE
        for what, hostile in tried.items():
            value = hostile.replace("<foreign>", site.foreign)
            answer, has_written = site.ask(form.role, "POST", place, urlencode({**facts, changed: value}))
            if problem := judged(form, changed, value, answer, has_written):
                wrong.append(f"{changed}, {what}: {problem}")
        for what, escaped in NOT_TEXT.items():
            body = urlencode({name: value for name, value in facts.items() if name != changed})
            answer, has_written = site.ask(form.role, "POST", place, f"{body}&{changed}=a{escaped}b")
            if problem := judged(form, changed, None, answer, has_written):
                wrong.append(f"{changed}, {what}: {problem}")
    assert wrong == []


def judged(form: Form, changed: str, value: str | None, answer: Any, has_written: bool) -> str:
    """What is wrong with this answer, or nothing."""
    if answer.status_code == 302 or (answer.status_code == 200 and form.refused != 200):
        return "" if not answer.cookies.get("stolen") else "a header was split"
    if answer.status_code != form.refused:
        return f"answered {answer.status_code}"
    if has_written:
        return "refused, but something was written"
    text = text_of(answer)
    if "<script>alert(" in text or "onfocus=alert(1) x='\"" in text:
        return "not escaped"
    if form.refused == 200:
        return ""
    if not is_ours(answer):
        return "not a page of ours"
    if not sentences(answer):
        return "no sentence at a field"
    kept = unescape(text)
    for name, typed in form.facts.items():
        if name in form.secret and typed in kept:
            return f"{name} is shown again"
    if value and value.strip() and changed in form.secret and len(value) > 5 and value in kept:
        return f"{changed} is shown again"
    is_shown = changed not in (*form.secret, *form.replaced)
    if value and is_shown and value.strip().replace("\x00", "") not in kept.replace("\x00", ""):
        return "what was typed is gone"
    return ""


@pytest.mark.parametrize(
    ("name", "field_name"),
    [
        ("found a group", "name"),
        ("describe a group", "name"),
        ("schedule a meeting", "title"),
        ("make a kit", "name"),
        ("make a place", "name"),
    ],
)
@pytest.mark.parametrize(
    "unseen", ["\u200b\u200d\ufeff", "\u202e\u2066", "\x07\x1b", "\u200c", "\u2028\r\n", "\u00a0 "]
)
def test_a_name_in_which_there_is_nothing_to_see_is_refused(
    name: str, field_name: str, unseen: str, site: Site
) -> None:
    form = FORMS[name]
    body = urlencode({**site.facts(form), field_name: unseen})
    answer, has_written = site.ask(form.role, "POST", site.things.address(form.place), body)
    assert answer.status_code == 422
    assert not has_written
    assert sentences(answer)


def test_a_name_stays_in_its_line_and_keeps_its_letters() -> None:
    assert in_one_line(" Night\r\nUnion\x1b[31m \u202etxet ") == "Night  Union [31m txet"
    for whole in ("می\u200cخواهم", "🧑🏽\u200d⚕️", "Ναρκωτικά", "क्\u200dष", "שלום"):
        assert in_one_line(whole) == whole


def sentences(answer: Any) -> list[str]:
    """What the page says at its fields, each in a whole sentence."""
    errors = [str(error) for found in answer.context["form"].errors.values() for error in found]
    text = unescape(text_of(answer))
    return [error for error in errors if error in text and error.rstrip().endswith((".", "?"))]


# --- Bodies -----------------------------------------------------------------------------------------------------------

SECRET = "s" * 32
POSTED = [route for route, line in LINES.items() if line.answers["POST"]["ana"] not in ("405", "404")]
PART = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n'
BODIES: dict[str, tuple[str, bytes, tuple[int, ...]]] = {
    "1,001 fields": (FORM, b"&".join(b"f%d=1" % number for number in range(1_001)), (413,)),
    "more than a megabyte": (FORM, b"name=" + b"x" * 1_100_000, (413,)),
    "just under a megabyte": (FORM, b"name=" + b"x" * 1_040_000, (302, 422)),
    "JSON": ("application/json", json.dumps({"name": "x", "title": ["y"]}).encode(), (302, 409, 422)),
    "broken JSON": ("application/json", b'{"name":', (302, 409, 422)),
    "XML": ("text/xml", b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>", (415,)),
    "plain text": ("text/plain", b"name=x", (415,)),
    "no kind": ("", b"name=x", (415,)),
    "a strange kind": ("multipart/form-data, text/html; \x01", b"name=x", (400, 415)),
    "multipart without a boundary": ("multipart/form-data", b"name=x", (400,)),
    "multipart with an endless boundary": (f"multipart/form-data; boundary={'x' * 500}", b"name=x", (400,)),
    "multipart cut off": ("multipart/form-data; boundary=x", PART + b"half", (302, 400, 422)),
    "multipart with broken text": ("multipart/form-data; boundary=x", PART + b"\xff\xfe\r\n--x--\r\n", (302, 422)),
    "multipart with a file": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="name"; filename="../../x.py"\r\n\r\nimport os\r\n--x--\r\n',
        (302, 422),
    ),
    "multipart, base64 that is none": (
        "multipart/form-data; boundary=x",
        PART.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n") + b"%%%\r\n--x--\r\n",
        (302, 400, 422),
    ),
    "a form in an unknown alphabet": (f"{FORM}; charset=klingon", b"name=x", (302, 400, 415, 422)),
    "a form in UTF-16": (f"{FORM}; charset=utf-16", "name=x".encode("utf-16"), (302, 400, 415, 422)),
    "semicolons": (FORM, b"a=1;b=2;;;&&&=&==", (302, 422)),
    "names of no field": (FORM, b"__class__=x&is_operator=1&pk=1&group=1&by=1&person=1", (302, 422)),
}


def usual_refusal(route: str, role: str) -> set[int]:
    """What this role is answered there whatever it sends, where that is a refusal."""
    usual = LINES[route].answers["POST"][role]
    return {int(usual)} & {401, 403, 404, 409, 410} if usual.isdigit() else set()


def test_no_body_breaks_anything(site: Site) -> None:
    wrong = []
    for route, role in asked(POSTED, "POST"):
        # The token comes in a header, so that it is the body alone that decides.
        client = site.client(role)
        client.handler.enforce_csrf_checks = True
        client.cookies[project.CSRF_COOKIE_NAME] = SECRET
        for what, (kind, body, expected) in BODIES.items():
            place = site.things.address(route)
            answer, has_written = site.ask(role, "POST", place, body, kind, HTTP_X_CSRFTOKEN=SECRET)
            if answer.status_code not in {*expected, *usual_refusal(route, role)}:
                wrong.append(f"{route}, {role}, {what}: {answer.status_code}")
            elif answer.status_code >= 400 and not is_ours(answer):
                wrong.append(f"{route}, {role}, {what}: not a page of ours")
            elif answer.status_code >= 400 and has_written:
                wrong.append(f"{route}, {role}, {what}: something was written")
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "twice"),
    [
        ("schedule a meeting", {"title": ["First", "Second"], "day": [DAY, "2000-01-01"]}),
        ("invite", {"maximum_uses": ["1", "99"]}),
        ("log a contact", {"used_returned": ["1", "x"]}),
        ("sign in", {"login": ["ana", "zoe"]}),
    ],
)
def test_a_field_sent_twice_counts_once(name: str, twice: dict[str, list[str]], site: Site) -> None:
    form = FORMS[name]
    body = urlencode({**site.facts(form), **twice}, doseq=True)
    answer, _ = site.ask(form.role, "POST", site.things.address(form.place), body)
    assert answer.status_code in (200, 302, 422)


def test_a_forged_form_is_refused_and_writes_nothing(site: Site) -> None:
    wrong = []
    for route, role in asked(POSTED, "POST"):
        client = site.client(role)
        client.handler.enforce_csrf_checks = True
        client.cookies[project.CSRF_COOKIE_NAME] = SECRET
        for token in ("", "y" * 32, "y" * 64, "\x00", "é" * 64):
            body = urlencode({"csrfmiddlewaretoken": token})
            answer, has_written = site.ask(role, "POST", site.things.address(route), body)
            # What comes with no token of a program is not even asked for the token of a form.
            expected = 401 if route.startswith("/api/") else 403
            if answer.status_code != expected or has_written or not is_ours(answer):
                wrong.append(f"{route}, {role}, {token}: {answer.status_code}")
    assert wrong == []


def test_an_unknown_or_wrong_method_is_refused_everywhere(site: Site) -> None:
    wrong = []
    for route in (route for route in LINES if not route.startswith("/operator/")):
        for role in ("ana", "visitor"):
            for method in ("PROPFIND", "TRACE", "CONNECT", "BREW", "PUT", "PATCH", "DELETE"):
                answer, has_written = site.ask(role, method, site.things.address(route))
                # Visitors are first asked to sign in, programs for a token; PUT of the library's forms is read as a
                # form that came empty.
                if answer.status_code not in (302, 401, 403, 404, 405, 422) or has_written:
                    wrong.append(f"{route}, {role}, {method}: {answer.status_code}")
                elif answer.status_code == 405 and not is_ours(answer):
                    wrong.append(f"{route}, {role}, {method}: not a page of ours")
    assert wrong == []


# --- Addresses --------------------------------------------------------------------------------------------------------

PIECES = {
    "NUL": "%00",
    "surrogate": "%ED%A0%80",
    "no letter": "%FF%FE",
    "half a letter": "%D0",
    "slash": "a%2Fb",
    "up": "..%2F..%2Fetc%2Fpasswd",
    "right to left": quote("\u202eevil"),
    "zero width": quote("\u200b"),
    "script": quote("<script>alert(1)</script>"),
    "lines": "a%0d%0aSet-Cookie:%20stolen=1",
    "very long": "a" * 5_000,
    "huge": "9" * 400,
    "negative": "-1",
    "quote": quote("' OR 1=1 --"),
    "an unknown id": str(uuid4()),
    "id in capitals": str(uuid4()).upper(),
    "half an id": "0192f0c0-",
    "question": "%3F",
    "hash": "%23",
    "space": "%20",
    "dots": "...",
    "format": "%25s%25n",
}
VARIABLES = ("<slug:slug>", "<uuid:pk>", "<str:token>", "<language:language>", "<path:object_id>")


WITH_A_PIECE = [route for route in LINES if "<" in route and "?P<" not in route and "content_type_id" not in route]


def test_no_piece_of_an_address_breaks_anything(site: Site) -> None:
    wrong = []
    for route, role in asked(WITH_A_PIECE, "GET"):
        for variable in VARIABLES:
            before, found, after = route.partition(variable)
            for what, piece in PIECES.items() if found else ():
                place = site.things.address(f"{before}\x01{after}").replace("\x01", piece)
                answer, has_written = site.ask(role, "GET", place)
                # Programs without a token are told so first, whatever they ask for.
                if answer.status_code not in (301, 302, 400, 401, 403, 404, 405, 410) or has_written:
                    wrong.append(f"{route}, {role}, {what}: {answer.status_code}")
                elif answer.status_code >= 400 and not is_ours(answer):
                    wrong.append(f"{route}, {role}, {what}: not a page of ours")
                elif "stolen" in answer.cookies:
                    wrong.append(f"{route}, {role}, {what}: a header was split")
    assert wrong == []


# Everything that any page here reads from a query, and what Django's admin does; all but its `_to_field`, which fails
# inside Django, for the operator alone, when it is empty.
NAMES = ("q", "month", "page", "step", "id", "_popup", "e", "o", "p", "all", "category__exact")
VALUES = {
    "nothing": "",
    "NUL": "%00",
    "surrogate": "%ED%A0%80",
    "no letter": "%FF",
    "half an escape": "%",
    "huge": "9" * 400,
    "negative": "-1",
    "year 0": "0000-00",
    "year 9999": "9999-12",
    "month 13": "2026-13",
    "arabic digits": quote("٢٠٢٦-١١"),
    "right to left": quote("\u202eevil"),
    "zero width": quote("\u200b\u200c"),
    "script": quote("<script>alert(1)</script>"),
    "very long": "a" * 4_000,
    "many words": "+".join(["vein"] * 500),
    "operators": quote("a & | ! ( ) <-> :* ' \\ %"),
    "quote": quote("' OR 1=1 --"),
    "lines": "a%0d%0aSet-Cookie:%20stolen=1",
}
QUERIES = {what: "&".join(f"{name}={value}" for name in NAMES) for what, value in VALUES.items()} | {
    "twice": "q=a&q=b&month=2026-01&month=x",
    "nested": "q[a][b]=1&q[]=2&month[]=1",
    "many fields": "&".join(f"a{number}=1" for number in range(1_001)),
    "to another site": "next=https://evil.example/",
    "to another site, without a scheme": "next=//evil.example/",
    "to a script": "next=javascript:alert(1)",
    "to another site, with a backslash": "next=/%5Cevil.example/",
}


def test_no_query_breaks_any_page(site: Site) -> None:
    wrong = []
    for route, role in asked(LINES, "GET"):
        # Django's admin is tried with what has broken programs before; our own pages with everything.
        tried = {what: QUERIES[what] for what in ("NUL", "huge", "script", "quote")} if role == "operator" else QUERIES
        for what, query in tried.items():
            answer, has_written = site.ask(role, "GET", f"{site.things.address(route)}?{query}")
            if answer.status_code >= 500 or has_written:
                wrong.append(f"{route}, {role}, {what}: {answer.status_code}")
            elif answer.status_code >= 400 and not is_ours(answer):
                wrong.append(f"{route}, {role}, {what}: not a page of ours")
            elif "evil.example" in answer.headers.get("Location", "").split("?")[0]:
                wrong.append(f"{route}, {role}, {what}: leads away")
            elif "text/html" in answer["Content-Type"] and "<script>alert(1)" in text_of(answer):
                wrong.append(f"{route}, {role}, {what}: not escaped")
            elif "stolen" in answer.cookies:
                wrong.append(f"{route}, {role}, {what}: a header was split")
    assert wrong == []


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:x"])
def test_signing_in_never_leads_to_another_site(next_page: str, site: Site) -> None:
    body = urlencode({"login": "ana", "password": PASSPHRASE, "next": next_page})
    answer, _ = site.ask("visitor", "POST", "/sign-in/", body)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert "evil" not in answer["Location"]


HEADERS = {
    "another host": {"HTTP_HOST": "evil.example"},
    "a host with NUL": {"HTTP_HOST": "testserver\x00"},
    "a very long host": {"HTTP_HOST": "a" * 5_000},
    "forwarded for another host": {"HTTP_X_FORWARDED_HOST": "evil.example"},
    "many languages": {"HTTP_ACCEPT_LANGUAGE": "xx-" * 500},
    "a language of bytes": {"HTTP_ACCEPT_LANGUAGE": "\xff\xfe"},
    "a cookie with NUL": {"HTTP_COOKIE": "session=\x00; csrf=" + "x" * 5_000},
    "a cookie of signs": {"HTTP_COOKIE": ";;;=;a"},
    "quotes": {"HTTP_IF_NONE_MATCH": '"' * 3_000},
    "no such day": {"HTTP_IF_MODIFIED_SINCE": "Thu, 31 Feb 99999 25:61:61 GMT"},
    "a negative range": {"HTTP_RANGE": "bytes=-99999999999-5"},
    "accepting NUL": {"HTTP_ACCEPT": "\x00"},
    "a negative length": {"CONTENT_LENGTH": "-5"},
    "a huge length": {"CONTENT_LENGTH": "99999999999999999999"},
    "a script's request": {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest", "HTTP_ACCEPT": "application/json"},
}


@pytest.mark.parametrize("header", HEADERS)
def test_no_header_breaks_anything(header: str, site: Site) -> None:
    for place in ("/en/", "/sign-in/", "/groups/", "/me/", "/nothing/", "/"):
        for role in ("ana", "visitor"):
            for method in ("GET", "POST"):
                answer, has_written = site.ask(role, method, place, **HEADERS[header])
                assert answer.status_code < 500, place
                assert not has_written or method == "POST"
                assert "evil.example" not in text_of(answer)
                assert "evil.example" not in answer.headers.get("Location", "")
