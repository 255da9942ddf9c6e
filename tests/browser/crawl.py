"""Every page that someone can reach by links, each route a few times. Used by the tests and by bin/screenshots."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils import translation
from playwright.sync_api import Page

PASSPHRASE = "we meet on thursdays"

# What ends the session, and what is Django's own and not ours to lay out.
_LEAVING = ("/leave/", "/sign-out/", "/operator/logout/")
OPERATOR = "/operator/"
# Nothing to look at: the browser keeps it. Tests of their own ask for these.
_FILE = re.compile(r"\.(ics|csv|xlsx|zip)$")

VISITOR_STARTS = ("/en/", "/es/", "/ru/", "/nl/", "/sign-in/", "/sign-up/")
MEMBER_STARTS = ("/tonight/",)
LANGUAGES = ("en", "es", "ru", "nl")


@dataclass(frozen=True)
class Visit:
    """One page as it was answered. `route` is its name in the address book, `guide-detail`; None: there is none."""

    route: str | None
    address: str
    status: int
    is_first_of_its_route: bool


def language_of(address: str) -> str:
    """The language of a public page; empty for the others."""
    first = address.split("/")[1]
    return first if first in LANGUAGES else ""


def route_of(address: str) -> str | None:
    try:
        with translation.override(language_of(address) or "en"):
            return resolve(urlsplit(address).path).url_name
    except Resolver404:
        return None


def sign_in(page: Page, origin: str, handle: str, passphrase: str = PASSPHRASE) -> None:
    page.goto(f"{origin}/sign-in/")
    page.fill("input[name=login]", handle)
    page.fill("input[name=password]", passphrase)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def walk(
    page: Page, origin: str, *, starts: tuple[str, ...], most: int, languages: tuple[str, ...] = LANGUAGES
) -> Iterator[Visit]:
    """Breadth-first over links of our own origin. `most`: visits of one route, for public pages in one language.

    The page still shows the visit when it is yielded. Links are followed, nothing is pressed. Public pages in other
    `languages` are left alone.
    """
    waiting, known = deque(starts), set(starts)
    visits: Counter[tuple[str | None, str]] = Counter()
    routes: set[str | None] = set()
    while waiting:
        address = waiting.popleft()
        route, language = route_of(address), language_of(address)
        key = (route, language)
        if visits[key] >= most or (language and language not in languages):
            continue
        visits[key] += 1
        response = page.goto(origin + address)
        assert response is not None, f"{address} did not answer"
        for link in page.locator("a[href]").evaluate_all("links => links.map(link => link.href)"):
            found = _own(link, origin)
            if found and found not in known:
                known.add(found)
                waiting.append(found)
        yield Visit(route, address, response.status, route not in routes)
        routes.add(route)


def _own(link: str, origin: str) -> str | None:
    """The address within our origin, without its fragment; None for other origins and for what ends the session."""
    parts = urlsplit(link)
    if f"{parts.scheme}://{parts.netloc}" != origin or parts.path.startswith(_LEAVING) or _FILE.search(parts.path):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")
