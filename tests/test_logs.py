"""A log that is seized tells nothing: no address, no user agent, no path, no form, no value of a row."""

import logging
import sys
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from celery import shared_task
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from psycopg_pool import PoolTimeout

from hrplatform import urls as project_urls
from hrplatform.logs import BareFormatter

CANARY = "canary6f1c"
ADDRESS = "127.77.77.77"

# --- Views that go wrong, each in its own way, with the words in their errors -----------------------------------------


def _query(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [CANARY])


def _encode() -> None:
    (CANARY + "é").encode("ascii")


def _chained() -> None:
    try:
        raise KeyError(CANARY)
    except KeyError as error:
        raise RuntimeError(f"about {CANARY}") from error


def _raise(error: Exception) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


WRONGS: dict[str, tuple[int, Callable[[], None]]] = {
    "bad-request": (400, _raise(BadRequest(CANARY))),
    "denied": (403, _raise(PermissionDenied(CANARY))),
    "value": (500, _raise(ValueError(CANARY))),
    "chained": (500, _chained),
    "group": (500, _raise(ExceptionGroup(CANARY, [ValueError(CANARY)]))),
    "unicode": (500, _encode),
    "not-a-number": (500, lambda: _query("SELECT %s::int")),
    "not-unique": (500, lambda: _query("INSERT INTO outreach_item (slug) VALUES (%s)")),
    "no-such-column": (500, lambda: _query(f'SELECT "{CANARY}" FROM groups_person WHERE handle = %s')),
    "database-away": (503, _raise(OperationalError(f"connection to {ADDRESS} failed for {CANARY}"))),
    "pool": (503, _raise(PoolTimeout(CANARY))),
}  # fmt: skip


@login_not_required
def go_wrong(request: HttpRequest, how: str, rest: str) -> HttpResponse:
    WRONGS[how][1]()
    raise AssertionError(how)


urlpatterns = [path("wrong/<str:how>/<str:rest>/", go_wrong), *project_urls.urlpatterns]
handler400, handler403 = project_urls.handler400, project_urls.handler403
handler404, handler500 = project_urls.handler404, project_urls.handler500
handler429 = project_urls.handler429

# --- What our own logging, as configured, writes ----------------------------------------------------------------------


@pytest.fixture
def log(settings) -> Iterator[StringIO]:
    """Everything that the handlers of settings.LOGGING write, at every level."""
    written = StringIO()
    handlers = {
        handler
        for logger in (logging.getLogger(), *(logging.getLogger(name) for name in settings.LOGGING["loggers"]))
        for handler in logger.handlers
        if isinstance(handler.formatter, BareFormatter)
    }
    assert handlers, "our handlers are in place"
    before = {handler: handler.setStream(written) for handler in handlers}  # type: ignore[attr-defined]
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    yield written
    logging.getLogger().setLevel(level)
    for handler, stream in before.items():
        handler.setStream(stream)  # type: ignore[attr-defined]


@pytest.fixture
def stranger(settings) -> Client:
    """Somebody whose address, browser, cookies and way here are all told by a canary."""
    settings.ROOT_URLCONF = __name__
    client = Client(
        raise_request_exception=False,
        REMOTE_ADDR=ADDRESS,
        HTTP_X_FORWARDED_FOR=ADDRESS,
        HTTP_USER_AGENT=CANARY,
        HTTP_REFERER=f"https://{CANARY}.example/",
        HTTP_ACCEPT_LANGUAGE=CANARY,
    )
    client.cookies["other"] = CANARY
    return client


def assert_says_nothing(log: StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    out, err = capfd.readouterr()
    for where, text in (("the log", log.getvalue()), ("standard output", out), ("standard error", err)):
        assert CANARY not in text, f"{where}: {text}"
        assert ADDRESS not in text, f"{where}: {text}"


@pytest.mark.parametrize("how", WRONGS)
@pytest.mark.django_db
def test_a_page_that_goes_wrong_leaves_no_words_in_the_log(stranger, log, capfd, how):
    answer = stranger.post(f"/wrong/{how}/{CANARY}/?q={CANARY}", {"place": CANARY}, secure=True)
    assert answer.status_code == WRONGS[how][0]
    assert_says_nothing(log, capfd)
    if answer.status_code == 500:
        assert "test_logs.py" in log.getvalue(), "the place in the code is there to mend it"


@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (200, lambda client: client.get(f"/en/?q={CANARY}", secure=True)),
        (404, lambda client: client.get(f"/en/{CANARY}/?q={CANARY}", secure=True)),
        (410, lambda client: client.get(f"/join/{CANARY}/", secure=True)),
        (400, lambda client: client.get("/en/", secure=True, HTTP_HOST=f"{CANARY}.example")),
        (400, lambda client: client.post("/sign-in/", {"login": CANARY}, secure=True, CONTENT_LENGTH=CANARY)),
        (405, lambda client: client.delete(f"/join/{CANARY}/?q={CANARY}", secure=True)),
        (405, lambda client: client.generic("PROPFIND", f"/en/{CANARY}/", secure=True)),
        (413, lambda client: client.post(f"/sign-in/?q={CANARY}", CANARY * 200_000, "text/plain", secure=True)),
        (415, lambda client: client.post(f"/sign-in/?q={CANARY}", CANARY, "text/plain", secure=True)),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_refused_request_leaves_no_words_in_the_log(stranger, log, capfd, status, ask):
    answer = ask(stranger)
    assert answer.status_code == status
    assert_says_nothing(log, capfd)


@pytest.mark.django_db
def test_a_stale_form_leaves_no_words_in_the_log(stranger, log, capfd):
    stranger.handler.enforce_csrf_checks = True
    assert stranger.post(f"/sign-in/?q={CANARY}", {"login": CANARY}, secure=True).status_code == 403
    assert_says_nothing(log, capfd)


@pytest.mark.django_db
def test_too_many_tries_leave_neither_handle_nor_address_in_the_log(stranger, log, capfd):
    answers = [
        stranger.post("/sign-in/", {"login": CANARY, "password": f"{CANARY} {CANARY} {number}"}, secure=True)
        for number in range(40)
    ]
    assert 429 in {answer.status_code for answer in answers} or "try again" in answers[-1].content.decode().lower()
    assert_says_nothing(log, capfd)


# --- Whatever a library says ------------------------------------------------------------------------------------------

LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)


@pytest.mark.parametrize(
    "name",
    [
        *("django.request", "django.security.DisallowedHost", "django.db.backends", "django.template"),
        *("celery.app.trace", "celery.worker.request", "kombu.connection", "psycopg.pool", "redis"),
        *("allauth", "granian", "asyncio", "py.warnings"),
    ],
)
@pytest.mark.parametrize("level", LEVELS, ids=logging.getLevelName)
def test_no_library_can_put_words_into_the_log(log, capfd, name, level):
    logger = logging.getLogger(name)
    logger.log(level, "Refused %s from %s", CANARY, ADDRESS)
    logger.log(level, "Refused %(what)s", {"what": CANARY})
    logger.log(level, f"Refused {CANARY} from {ADDRESS}")
    logger.log(level, ValueError(CANARY))
    try:
        _chained()
    except RuntimeError:
        logger.log(level, "It failed: %s", sys.exc_info()[1], exc_info=True, stack_info=True)
    assert_says_nothing(log, capfd)


def test_our_own_log_lines_can_be_read(log):
    logging.getLogger("hrplatform.retention").warning("The data policy could not be executed for %s.", "groups.Meeting")
    assert "WARNING hrplatform.retention: The data policy could not be executed for groups.Meeting." in log.getvalue()


def test_a_library_still_says_what_happened_and_where(log):
    logging.getLogger("celery.app.trace").error("Task %s raised", CANARY)
    line = log.getvalue()
    assert "ERROR celery.app.trace: Task %s raised" in line
    assert "test_logs.py:" in line


@shared_task
def fail_with_words() -> None:
    """A task whose error carries what it worked on."""
    raise ValueError(CANARY)


def test_a_task_that_fails_leaves_no_words_in_the_log(log, capfd):
    assert fail_with_words.apply().failed()
    assert_says_nothing(log, capfd)
