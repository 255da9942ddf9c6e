"""Kept pages: fast, never private, never old for long, and there when the database is not."""

import gzip
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.wsgi import get_wsgi_application

from hrplatform import public_pages
from hrplatform.public_pages import KeptPublicPages, mark_changed

HOST = "127.0.0.1:8000"


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = int(status.split(maxsplit=1)[0])
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body


def ask(application: Callable[..., Iterable[bytes]], path: str = "/en/guides/", **environ: Any) -> Answer:
    started: list[Any] = []
    request: dict[str, Any] = {"PATH_INFO": path, "HTTP_HOST": HOST, "REQUEST_METHOD": "GET", **environ}
    setup_testing_defaults(request)
    request["SCRIPT_NAME"] = ""
    answer = application(request, lambda status, headers, exc_info=None: started.append((status, headers)))
    body = b"".join(answer)
    if close := getattr(answer, "close", None):
        close()
    return Answer(*started[-1], body)


class Site:
    """A WSGI application of a few lines: what it answers is set by the test, what it was asked is written down."""

    def __init__(self) -> None:
        self.status = "200 OK"
        self.body = b"<p>first</p>" * 100
        self.headers = [("Content-Type", "text/html; charset=utf-8"), ("X-Frame-Options", "DENY")]
        self.asked: list[dict[str, Any]] = []
        self.is_broken = False
        self.seconds = 0.0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ)
        time.sleep(self.seconds)
        if self.is_broken:
            raise ConnectionError("the database is away")
        start_response(self.status, list(self.headers))
        return [self.body]


@pytest.fixture(autouse=True)
def _known_generation() -> Iterator[None]:
    public_pages._generation.__init__()  # type: ignore[misc]
    yield
    public_pages._generation.__init__()  # type: ignore[misc]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def kept(site: Site) -> KeptPublicPages:
    return KeptPublicPages(site)


def test_second_visitor_is_answered_from_memory(site: Site, kept: KeptPublicPages) -> None:
    first, second = ask(kept), ask(kept)
    assert first.body == second.body == site.body
    assert first.headers == second.headers
    assert second.headers["x-frame-options"] == "DENY"
    assert second.headers["vary"] == "Accept-Encoding, Cookie"
    assert second.headers["cache-control"] == "public, max-age=60"
    assert len(site.asked) == 1


def test_compressed_page_is_the_same_page(site: Site, kept: KeptPublicPages) -> None:
    plain, packed = ask(kept), ask(kept, HTTP_ACCEPT_ENCODING="br, gzip;q=0.8")
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(packed.body) < len(plain.body)
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "content-encoding" not in ask(kept, HTTP_ACCEPT_ENCODING="gzip;q=0, br").headers


def test_unchanged_page_is_not_sent_again(kept: KeptPublicPages) -> None:
    for encoding in ("", "gzip"):
        etag = ask(kept, HTTP_ACCEPT_ENCODING=encoding).headers["etag"]
        for known in (etag, f'"other", W/{etag}', "*"):
            again = ask(kept, HTTP_ACCEPT_ENCODING=encoding, HTTP_IF_NONE_MATCH=known)
            assert (again.status, again.body) == (304, b"")
            assert again.headers["etag"] == etag
            assert "content-length" not in again.headers
        assert ask(kept, HTTP_ACCEPT_ENCODING=encoding, HTTP_IF_NONE_MATCH='"other"').status == 200


def test_head_has_the_headers_and_no_body(kept: KeptPublicPages) -> None:
    first = ask(kept, REQUEST_METHOD="HEAD")
    then = ask(kept, REQUEST_METHOD="HEAD")
    assert first.body == then.body == b""
    assert first.headers == then.headers == ask(kept).headers


def test_session_goes_to_django_untouched(site: Site, kept: KeptPublicPages) -> None:
    ask(kept)
    cookie = f"other=1; {settings.SESSION_COOKIE_NAME}=abc"
    ask(kept, HTTP_COOKIE=cookie, HTTP_ACCEPT_ENCODING="gzip")
    assert site.asked[-1]["HTTP_COOKIE"] == cookie
    assert site.asked[-1]["HTTP_ACCEPT_ENCODING"] == "gzip"


def test_a_page_is_made_from_its_address_alone(site: Site, kept: KeptPublicPages) -> None:
    ask(kept, HTTP_ACCEPT_LANGUAGE="ru", HTTP_USER_AGENT="x", HTTP_X_ANY="x", HTTP_HOST="127.0.0.1:1")
    sent = {name for name in site.asked[0] if name.startswith("HTTP_")}
    assert sent <= {"HTTP_HOST"}
    assert site.asked[0]["HTTP_HOST"] == HOST


@pytest.mark.parametrize(
    "environ",
    [
        {"QUERY_STRING": "q=vein"},
        {"REQUEST_METHOD": "POST"},
        {"REQUEST_METHOD": "OPTIONS"},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": ""},
        {"HTTP_HOST": "127.0.0.1@evil.example"},
        {"CONTENT_LENGTH": "5"},
        {"HTTP_COOKIE": "csrf=1"},
        {"PATH_INFO": "/groups/"},
        {"PATH_INFO": "/english/"},
        {"PATH_INFO": "/en/a\nb"},
    ],
)
def test_everything_else_goes_to_django_and_is_not_kept(
    environ: dict[str, str], site: Site, kept: KeptPublicPages
) -> None:
    for _ in range(2):
        ask(kept, **environ)
    assert len(site.asked) == 2
    assert kept.used_bytes == 0


@pytest.mark.parametrize(
    ("status", "header"),
    [
        ("404 Not Found", ("X-Any", "x")),
        ("302 Found", ("Location", "/en/")),
        ("200 OK", ("Set-Cookie", "csrf=1")),
        ("200 OK", ("Cache-Control", "max-age=0, no-store")),
        ("200 OK", ("Cache-Control", "private")),
        ("200 OK", ("Vary", "*")),
        ("200 OK", ("Content-Encoding", "br")),
    ],
)
def test_what_may_not_be_kept_is_passed_on(
    status: str, header: tuple[str, str], site: Site, kept: KeptPublicPages
) -> None:
    site.status = status
    site.headers.append(header)
    for _ in range(2):
        answer = ask(kept)
        assert answer.headers[header[0].lower()] == header[1]
        assert answer.body == site.body
    assert len(site.asked) == 2
    assert kept.used_bytes == 0


def test_page_that_is_gone_is_gone(site: Site, kept: KeptPublicPages) -> None:
    ask(kept)
    site.status, site.body = "404 Not Found", b"gone"
    mark_changed()
    assert ask(kept).status == 404
    assert kept.used_bytes == 0


def test_change_shows_at_once_here_and_within_a_second_elsewhere(site: Site, kept: KeptPublicPages) -> None:
    ask(kept)
    site.body = b"second"
    mark_changed()
    assert ask(kept).body == b"second"
    # As another process does it: the cache knows, this process does not.
    site.body = b"third"
    caches["default"].set(public_pages.GENERATION_KEY, "from elsewhere", None)
    deadline = time.monotonic() + 1
    while ask(kept).body != b"third":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_saved_change_does_not_fail_without_the_broker(site: Site, kept: KeptPublicPages, settings: Any) -> None:
    ask(kept)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere/at-all.sock",
        }
    }
    site.body = b"second"
    mark_changed()
    assert ask(kept).body == b"second"
    assert ask(kept).body == b"second"
    assert len(site.asked) == 2


@pytest.mark.parametrize("trouble", ["raises", "503"])
def test_old_page_is_served_while_django_cannot(trouble: str, site: Site, kept: KeptPublicPages) -> None:
    first = ask(kept)
    mark_changed()
    if trouble == "raises":
        site.is_broken = True
    else:
        site.status, site.body = "503 Service Unavailable", b"away"
    for _ in range(3):
        old = ask(kept, HTTP_ACCEPT_ENCODING="gzip")
        assert (old.status, gzip.decompress(old.body)) == (200, first.body)
        assert old.headers["cache-control"] == "public, max-age=5"
    assert len(site.asked) == 2, "nobody else waits for what just failed"


def test_new_page_comes_back_with_the_database(
    site: Site, kept: KeptPublicPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_pages, "TRY_AGAIN_SECONDS", 0.05)
    ask(kept)
    mark_changed()
    site.is_broken = True
    ask(kept)
    site.is_broken, site.body = False, b"second"
    time.sleep(0.06)
    assert ask(kept).body == b"second"


def test_without_an_old_page_the_error_is_told(site: Site, kept: KeptPublicPages) -> None:
    site.status, site.body = "503 Service Unavailable", b"away"
    assert ask(kept).status == 503
    site.is_broken = True
    with pytest.raises(ConnectionError):
        ask(kept)
    site.is_broken, site.status, site.body = False, "200 OK", b"back"
    assert ask(kept).body == b"back"


def test_memory_is_bounded_and_the_least_asked_for_goes_first(site: Site) -> None:
    kept = KeptPublicPages(site, room_bytes=30_000)
    for number in range(50):
        ask(kept, f"/en/guides/{number}/")
        ask(kept, "/en/")
        assert kept.used_bytes <= 30_000
    before = len(site.asked)
    ask(kept, "/en/")
    assert len(site.asked) == before
    ask(kept, "/en/guides/0/")
    assert len(site.asked) == before + 1


def test_page_larger_than_the_room_is_sent_and_not_kept(site: Site) -> None:
    kept = KeptPublicPages(site, room_bytes=2_000)
    assert ask(kept).body == site.body
    assert kept.used_bytes == 0


def test_threads_get_whole_pages_and_the_count_stays_right(site: Site) -> None:
    kept = KeptPublicPages(site, room_bytes=40_000)
    wrong: list[Answer] = []

    def visit(seed: int) -> None:
        for number in range(200):
            answer = ask(kept, f"/en/guides/{(number * seed) % 17}/")
            if answer.body != site.body:
                wrong.append(answer)
            if number % 50 == 0:
                mark_changed()

    threads = [threading.Thread(target=visit, args=(seed,)) for seed in (1, 3, 5, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert kept.used_bytes == sum(page.size for page in kept._pages.values()) <= 40_000


def test_only_one_visitor_waits_while_a_page_is_made_anew(site: Site, kept: KeptPublicPages) -> None:
    first = ask(kept)
    mark_changed()
    begun, go_on = threading.Event(), threading.Event()
    slow = site.__call__

    def slowly(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun.set()
        go_on.wait(5)
        return slow(environ, start_response)

    kept.application = slowly
    waiting = threading.Thread(target=ask, args=(kept,))
    waiting.start()
    begun.wait(5)
    assert ask(kept).body == first.body
    go_on.set()
    waiting.join()


def test_nobody_waits_long_for_a_page_that_is_there(
    site: Site, kept: KeptPublicPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_pages, "PATIENCE_SECONDS", 0.05)
    first = ask(kept)
    site.body = b"second"
    mark_changed()
    site.seconds = 0.3
    begun = time.monotonic()
    assert ask(kept).body == first.body
    assert time.monotonic() - begun < 0.25
    time.sleep(0.4)
    assert ask(kept).body == b"second"


def test_plain_http_is_sent_on_to_https(site: Site, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    kept = KeptPublicPages(site)
    for _ in range(2):
        ask(kept, HTTP_X_FORWARDED_PROTO="http", **{"wsgi.url_scheme": "http"})
    assert len(site.asked) == 2
    for _ in range(2):
        ask(kept, HTTP_X_FORWARDED_PROTO="https", **{"wsgi.url_scheme": "http"})
    assert len(site.asked) == 3
    assert site.asked[-1]["HTTP_X_FORWARDED_PROTO"] == "https"


def test_kept_page_costs_a_tenth_of_the_simplest_django_page(site: Site, kept: KeptPublicPages) -> None:
    ask(kept)
    bare = get_wsgi_application()
    environ: dict[str, Any] = {"PATH_INFO": "/en/guides/", "HTTP_HOST": HOST, "REQUEST_METHOD": "GET"}
    setup_testing_defaults(environ)
    environ["SCRIPT_NAME"] = ""

    def cost(application: Callable[..., Any], path: str, times: int) -> float:
        begun = time.process_time()
        for _ in range(times):
            answer = application({**environ, "PATH_INFO": path}, lambda *args: None)
            if close := getattr(answer, "close", None):
                close()
        return (time.process_time() - begun) / times

    assert cost(kept, "/en/guides/", 2_000) * 10 < cost(bare, "/healthz", 100)
