"""Kept public pages: what visitors read is answered from memory, before Django does anything.

A page is kept as Django answered a visitor who sent nothing but its address, so it cannot hold anything private. It is
looked up by its path alone. When a guide changes, `mark_changed` gives all processes a new generation, and each page
is made anew when it is next asked for. When Django cannot (the database is away), the old page is served.
"""

import gzip
import logging
import re
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http.request import split_domain_port, validate_host

logger = logging.getLogger(__name__)

Headers = list[tuple[str, str]]
Environ = dict[str, Any]
WSGIApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

ROOM_BYTES = 32 * 1024 * 1024
# How often a process asks whether anything changed, and how long it leaves a broker alone that did not answer.
LOOK_SECONDS = 0.5
LOOK_AGAIN_AFTER_ERROR_SECONDS = 5.0
# A page is made anew after this long even if nobody said that it changed.
KEEP_SECONDS = 300.0
# While Django cannot answer, it is tried again this often; old pages are served meanwhile.
TRY_AGAIN_SECONDS = 2.0
# How long a visitor waits for a new page where there is an old one, and how many are made at once like this.
PATIENCE_SECONDS = 1.0
MOST_RENEWED_AT_ONCE = 4

FRESH = "public, max-age=60"
STALE = "public, max-age=5"
GENERATION_KEY = "public-pages-generation"
_OURS = frozenset(
    (
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "etag",
        "expires",
        "last-modified",
        "vary",
    )
)
_OF_A_BODY = frozenset(("content-encoding", "content-length", "content-type"))
_MOST_HOSTS = 256


def mark_changed() -> None:
    """Say that a public page is no longer as kept: in every process within a second. Call it on commit.

    Without the broker, other processes notice after KEEP_SECONDS.
    """
    token = uuid.uuid4().hex
    _generation.learn(token)
    try:
        cache.set(GENERATION_KEY, token, timeout=None)
    except Exception as error:
        # Whatever the broker's trouble is: a change that is saved must not fail because of it.
        logger.warning("The broker is away (%s): other processes show the change later.", type(error).__name__)


class _Generation:
    """The generation that this process knows of. Threads share it: each attribute is written whole."""

    def __init__(self) -> None:
        self.value: str | None = None
        self.next_look = 0.0

    def learn(self, value: str | None) -> None:
        self.value = value

    def current(self, now: float) -> str | None:
        if now >= self.next_look:
            # Before asking, so that other threads do not ask too.
            self.next_look = now + LOOK_SECONDS
            try:
                self.value = cache.get(GENERATION_KEY)
            except Exception:
                # Whatever the broker's trouble is, the last known value stands.
                self.next_look = time.monotonic() + LOOK_AGAIN_AFTER_ERROR_SECONDS
        return self.value


_generation = _Generation()


class _Page:
    """One page, ready to be sent in each form."""

    __slots__ = ("generation", "gzipped", "headers", "made_at", "plain", "size", "stale_headers")

    def __init__(self, headers: Headers, body: bytes, generation: str | None, made_at: float) -> None:
        self.generation = generation
        self.made_at = made_at
        self.plain = body
        # mtime=0: the same page gives the same bytes. Compressing is safe here (BREACH): the page holds no secret.
        self.gzipped = gzip.compress(body, 9, mtime=0)
        own = [(name, value) for name, value in headers if name.lower() not in _OURS]
        digest = blake2b(body, digest_size=12).hexdigest()
        self.headers = {is_gzip: self._headers(own, digest, FRESH, is_gzip) for is_gzip in (False, True)}
        self.stale_headers = {is_gzip: self._headers(own, digest, STALE, is_gzip) for is_gzip in (False, True)}
        self.size = len(self.plain) + len(self.gzipped) + 4096

    def _headers(self, own: Headers, digest: str, lasts: str, is_gzip: bool) -> Headers:
        body = self.gzipped if is_gzip else self.plain
        return [
            *own,
            *([("Content-Encoding", "gzip")] if is_gzip else []),
            ("Content-Length", str(len(body))),
            ("ETag", f'"{digest}-gz"' if is_gzip else f'"{digest}"'),
            ("Cache-Control", lasts),
            ("Vary", "Accept-Encoding, Cookie"),
        ]

    def answer(self, environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
        return self._answer(environ, start_response, self.headers)

    def stale_answer(self, environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
        return self._answer(environ, start_response, self.stale_headers)

    def _answer(self, environ: Environ, start_response: Callable[..., Any], either: dict[bool, Headers]) -> list[bytes]:
        is_gzip = "gzip" in (accepted := environ.get("HTTP_ACCEPT_ENCODING", "")) and accepts_gzip(accepted)
        headers = either[is_gzip]
        if (known := environ.get("HTTP_IF_NONE_MATCH")) and _names(known, headers[-3][1]):
            start_response("304 Not Modified", [pair for pair in headers if pair[0].lower() not in _OF_A_BODY])
            return []
        # A copy: servers may add to the list they are given.
        start_response("200 OK", headers[:])
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        return [self.gzipped if is_gzip else self.plain]


@dataclass(frozen=True)
class _PassedOn:
    """An answer that is not kept: an error, a way to another address, something private."""

    status: str
    headers: Headers
    body: bytes

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
        start_response(self.status, self.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


_Answer = Callable[[Environ, Callable[..., Any]], list[bytes]]


class KeptPublicPages:
    """Answers for public pages from memory; everything else, and every doubt, goes to the application.

    `room_bytes`: how much is kept in this process; what was not asked for longest goes first.
    """

    def __init__(self, application: WSGIApplication, room_bytes: int = ROOM_BYTES) -> None:
        self.application = application
        self.room_bytes = room_bytes
        self.used_bytes = 0
        self.session_cookie = f"{settings.SESSION_COOKIE_NAME}="
        languages = "|".join(re.escape(code) for code, _ in settings.LANGUAGES)
        self.public_path = re.compile(rf"/(?:{languages})/[^\x00-\x20]*\Z")
        # The page must not depend on which of our names a visitor used, so it is made under the one in SITE_URL.
        self.site_host = urlsplit(settings.SITE_URL).netloc
        self.is_on = not settings.DEBUG
        self._pages: OrderedDict[str, _Page] = OrderedDict()
        self._being_made: set[str] = set()
        self._hosts: dict[str, bool] = {}
        self._away_until = 0.0
        # Guards the size and who makes which page; answering from memory takes no lock.
        self._lock = Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not self._concerns_us(environ):
            return self.application(environ, start_response)
        path = environ["PATH_INFO"]
        page = self._pages.get(path)
        now = time.monotonic()
        if page is not None:
            generation = _generation.current(now)
            if page.generation == generation and now - page.made_at < KEEP_SECONDS:
                with suppress(KeyError):  # when another thread has just dropped it to make room
                    self._pages.move_to_end(path)
                return page.answer(environ, start_response)
            return self._renew(path, page, environ)(environ, start_response)
        if environ.get("HTTP_COOKIE") or not self.public_path.match(path) or not self._begin(path):
            return self.application(environ, start_response)
        return self._make(path, self._bare(environ))(environ, start_response)

    def _concerns_us(self, environ: Environ) -> bool:
        """A plain request for a page, by a visitor, under a name of ours."""
        return bool(
            self.is_on
            and environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and not environ.get("QUERY_STRING")
            and self.session_cookie not in environ.get("HTTP_COOKIE", "")
            and environ.get("CONTENT_LENGTH") in (None, "", "0")
            and not environ.get("SCRIPT_NAME")
            and self._is_our_host(environ.get("HTTP_HOST", ""))
            and (not settings.SECURE_SSL_REDIRECT or _is_secure(environ))
        )

    def _is_our_host(self, host: str) -> bool:
        known = self._hosts.get(host)
        if known is None:
            domain, _ = split_domain_port(host)
            known = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
            if len(self._hosts) >= _MOST_HOSTS:
                self._hosts.clear()
            self._hosts[host] = known
        return known

    def _begin(self, path: str) -> bool:
        """Whether this thread is the one to make the page."""
        with self._lock:
            if path in self._being_made:
                return False
            self._being_made.add(path)
            return True

    def _make(self, path: str, bare: Environ) -> _Answer:
        """Ask Django as a visitor would who sends nothing but the address, and keep what may be kept."""
        try:
            # Read before the page is made: a change that comes meanwhile makes this page an old one.
            generation = _generation.current(time.monotonic())
            status, headers, body = _ask(self.application, bare)
            if not _may_be_kept(status, headers):
                if not status.startswith("5"):
                    self._drop(path)
                return _PassedOn(status, headers, body)
            page = _Page(headers, body, generation, time.monotonic())
            self._keep(path, page)
            return page.answer
        finally:
            self._being_made.discard(path)

    def _renew(self, path: str, old: _Page, environ: Environ) -> _Answer:
        """The page made anew; the old one while Django cannot, or when it takes longer than a visitor should wait."""
        if (
            time.monotonic() < self._away_until
            or len(self._being_made) >= MOST_RENEWED_AT_ONCE
            or not self._begin(path)
        ):
            return old.stale_answer
        made: list[_Answer] = []
        bare = self._bare(environ)

        def make() -> None:
            try:
                answer = self._make(path, bare)
            except Exception as error:
                logger.warning("A public page could not be made (%s): the old one is served.", type(error).__name__)
                answer = old.stale_answer
            if isinstance(answer, _PassedOn) and answer.status.startswith("5"):
                answer = old.stale_answer
            if answer == old.stale_answer:
                self._away_until = time.monotonic() + TRY_AGAIN_SECONDS
            made.append(answer)

        # In a thread of its own, because a database that is away is noticed only after seconds.
        thread = Thread(target=make, daemon=True)
        thread.start()
        thread.join(PATIENCE_SECONDS)
        return made[0] if made else old.stale_answer

    def _bare(self, environ: Environ) -> Environ:
        bare = {name: value for name, value in environ.items() if not name.startswith("HTTP_")}
        bare |= {"REQUEST_METHOD": "GET", "HTTP_HOST": self.site_host, "wsgi.input": BytesIO()}
        if (proxy := settings.SECURE_PROXY_SSL_HEADER) and proxy[0] in environ:
            bare[proxy[0]] = environ[proxy[0]]
        return bare

    def _keep(self, path: str, page: _Page) -> None:
        with self._lock:
            self._forget(path)
            if page.size > self.room_bytes:
                return
            while self.used_bytes + page.size > self.room_bytes:
                self._forget(next(iter(self._pages)))
            self._pages[path] = page
            self.used_bytes += page.size

    def _drop(self, path: str) -> None:
        with self._lock:
            self._forget(path)

    def _forget(self, path: str) -> None:
        if (page := self._pages.pop(path, None)) is not None:
            self.used_bytes -= page.size


def _ask(application: WSGIApplication, environ: Environ) -> tuple[str, Headers, bytes]:
    """The whole answer of a WSGI application."""
    started: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        started[:] = [(status, list(headers))]
        return written.append

    answer = application(environ, start_response)
    try:
        written.extend(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()
    status, headers = started[0]
    return status, headers, b"".join(written)


def _may_be_kept(status: str, headers: Headers) -> bool:
    if not status.startswith("200"):
        return False
    for name, value in headers:
        match name.lower():
            case "set-cookie" | "content-encoding" | "content-range":
                return False
            case "cache-control" if "no-store" in value or "private" in value:
                return False
            case "vary" if "*" in value:
                return False
            case "content-type" if not value.startswith("text/html"):
                return False
    return True


def _is_secure(environ: Environ) -> bool:
    """Whether Django will see the request as https. The rule is SecurityMiddleware's own."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        if (sent := environ.get(name)) is not None:
            return bool(sent.split(",", 1)[0].strip() == value)
    return bool(environ.get("wsgi.url_scheme") == "https")


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding that mentions gzip means yes: `gzip;q=0` means no."""
    for part in header.lower().split(","):
        name, _, parameters = part.partition(";")
        if name.strip() == "gzip":
            weight = parameters.strip().removeprefix("q=")
            return weight.strip("0.") != "" or not parameters
    return False


def _names(if_none_match: str, etag: str) -> bool:
    return if_none_match.strip() == "*" or etag in (
        each.strip().removeprefix("W/") for each in if_none_match.split(",")
    )
