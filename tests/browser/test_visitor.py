"""A visitor, perhaps on a library computer: reads, searches, leaves. No account, no cookie, nothing left behind."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import crawl
from tests.browser.conftest import PHONE, RunningSystem

_PUBLIC = ("/en/", "/es/", "/ru/", "/nl/")
_SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


@pytest.fixture
def visitor(open_browser: Callable[..., Page]) -> Page:
    return open_browser(**PHONE)


def test_public_pages_leave_no_cookie_and_store_nothing(visitor: Page, system: RunningSystem) -> None:
    seen = 0
    for visit in crawl.walk(visitor, system.origin, starts=_PUBLIC, most=2):
        if visit.address.startswith(_PUBLIC):
            seen += 1
            kept = visitor.evaluate("localStorage.length + sessionStorage.length")
            assert (visitor.context.cookies(), kept) == ([], 0), visit.address
        else:
            visitor.context.clear_cookies()  # A form to sign in with needs its token.
    assert seen > 30


@_SCRIPT
@pytest.mark.parametrize("language", ["en", "es", "ru", "nl"])
def test_guide_is_two_links_away_in_each_language(
    open_browser: Callable[..., Page], system: RunningSystem, language: str, script: bool
) -> None:
    page = open_browser(**PHONE, java_script_enabled=script)
    page.goto(f"{system.origin}/{language}/")
    page.locator(".door").nth(1).click()
    page.locator(".card a").first.click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("article")).to_have_attribute("lang", language)
    expect(page.locator("article h1")).not_to_be_empty()
    assert page.locator(".sources li").count() > 0


def test_guides_are_read_by_topic(visitor: Page, system: RunningSystem) -> None:
    visitor.goto(f"{system.origin}/en/guides/")
    topics = visitor.locator("section h2 a")
    assert topics.count() >= 4
    topics.first.click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Overdose")
    visitor.get_by_role("link", name="Overdose: what to do now").click()
    expect(visitor.locator(".block-now").first).to_contain_text("naloxone")


def test_persian_translation_runs_from_right_to_left(visitor: Page, system: RunningSystem) -> None:
    visitor.goto(f"{system.origin}/en/guides/overdose-response/")
    visitor.locator("a[hreflang=fa]").click()
    expect(visitor.locator("article")).to_have_attribute("lang", "fa")
    direction = "element => getComputedStyle(element).direction"
    assert visitor.locator("article h1").evaluate(direction) == "rtl"
    assert visitor.locator("article li").first.evaluate(direction) == "rtl"
    # The page around it stays in the visitor's own language.
    assert visitor.locator(".top").evaluate(direction) == "ltr"


@_SCRIPT
@pytest.mark.parametrize(
    ("language", "typed", "found"),
    [
        ("en", "naloxone", "Overdose: what to do now"),
        ("en", "nalox", "Overdose: what to do now"),
        ("ru", "налоксон", "ередоз"),
        ("ru", "налокс", "ередоз"),
    ],
)
def test_search_finds_whole_words_and_their_beginnings(
    open_browser: Callable[..., Page], system: RunningSystem, language: str, typed: str, found: str, script: bool
) -> None:
    page = open_browser(**PHONE, java_script_enabled=script)
    page.goto(f"{system.origin}/{language}/")
    page.fill("main input[name=q]", typed)
    page.locator("main .search button").click()
    expect(page.locator(".card").filter(has_text=found).first).to_be_visible()
    expect(page.locator("main input[name=q]")).to_have_value(typed)


@_SCRIPT
def test_exit_link_leaves(open_browser: Callable[..., Page], system: RunningSystem, script: bool) -> None:
    page = open_browser(**PHONE, java_script_enabled=script)
    page.goto(f"{system.origin}/en/guides/overdose-response/")
    page.locator(".exit").click()
    page.wait_for_url(system.exit_url)


def test_exit_hides_the_page_at_once_and_does_not_wait_for_the_harmless_one(
    visitor: Page, system: RunningSystem
) -> None:
    visitor.goto(f"{system.origin}/en/guides/overdose-response/")
    visitor.evaluate("""() => {
        let pressed;
        document.querySelector(".exit").addEventListener("click", () => { pressed = performance.now(); }, true);
        new MutationObserver(() => sessionStorage.setItem("seen", JSON.stringify({
            after: performance.now() - pressed,
            display: getComputedStyle(document.body).display,
            title: document.title.trim(),
            address: location.pathname,
        }))).observe(document.documentElement, { attributes: true });
    }""")
    visitor.locator(".exit").click()
    visitor.wait_for_url(system.exit_url)
    seen = visitor.evaluate("JSON.parse(sessionStorage.getItem('seen'))")
    assert seen.pop("after") < 300
    assert seen == {"display": "none", "title": "", "address": "/en/guides/overdose-response/"}


def test_exit_leaves_no_step_back(visitor: Page, system: RunningSystem) -> None:
    visitor.goto(f"{system.origin}/en/")
    visitor.goto(f"{system.origin}/en/guides/overdose-response/")
    visitor.locator(".exit").click()
    visitor.wait_for_url(system.exit_url)
    visitor.go_back()
    assert "overdose" not in visitor.url


def test_shift_three_times_leaves(visitor: Page, system: RunningSystem) -> None:
    visitor.goto(f"{system.origin}/en/guides/vein-care/")
    for _ in range(2):
        visitor.keyboard.press("Shift")
    visitor.keyboard.type("Ab")
    expect(visitor.locator("article")).to_be_visible()
    for _ in range(3):
        visitor.keyboard.press("Shift")
    visitor.wait_for_url(system.exit_url)


@_SCRIPT
def test_back_after_exit_shows_no_private_page(
    open_browser: Callable[..., Page], system: RunningSystem, script: bool
) -> None:
    page = open_browser(java_script_enabled=script)
    crawl.sign_in(page, system.origin, "ben")
    page.goto(f"{system.origin}/groups/")
    page.get_by_role("link", name="Night Window Users' Union").click()
    page.get_by_role("link", name="Members", exact=True).click()
    expect(page.locator("main")).to_contain_text("caro")
    page.locator(".exit").click()
    page.wait_for_url(system.exit_url)
    for _ in range(3):
        page.go_back()
        assert not re.search(r"caro|Night Window|\bben\b", page.locator("body").inner_text())
    page.goto(f"{system.origin}/groups/")
    page.wait_for_url("**/sign-in/**")
