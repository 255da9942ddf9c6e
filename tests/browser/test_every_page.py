"""Every page that each kind of user can reach, on the narrowest phone: one walk, several questions about it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.browser import crawl, deeds, states
from tests.browser.conftest import RunningSystem

_NARROW = {"width": 320, "height": 640}
_HOSTILE = '"><b data-hostile>&<script>document.title="ran"</script>'
# Dee's group bears hostile words, and her pages are in Russian.
_WHO = ("visitor", "ana", "caro", "ben", "dee", "operator")
_WATCH_POLICY = """
addEventListener("securitypolicyviolation", (event) => {
  (window.refused ??= []).push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});
"""
_AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # Text at 7:1, as docs/design-language.md promises.
    "rules": {"color-contrast-enhanced": {"enabled": True}},
    "resultTypes": ["violations"],
}
_AT_THE_EDGE = ".bar, .exit, .actions"
# Between the themes only colours differ.
_AXE_COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "color-contrast-enhanced"]},
    "resultTypes": ["violations"],
}
# Pages that show other things to others. The rest is looked at closely once.
_DIFFERENT_FOR_EACH = {"tonight", "group-list", "group-detail"}


@dataclass
class Walk:
    """What was found, by question; an empty list is a good answer."""

    visits: int = 0
    routes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


class Watcher:
    """Looks at one browser's pages while they are walked."""

    def __init__(self, page: Page, origin: str, walk: Walk, who: str) -> None:
        self.page, self.origin, self.walk, self.who = page, origin, walk, who
        self.said: list[str] = []
        self.asked: list[str] = []
        page.add_init_script(_WATCH_POLICY)
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", self.on_request)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def on_request(self, request: Request) -> None:
        if not request.url.startswith(self.origin):
            self.asked.append(request.url)

    def look(self, name: str, *, closely: bool, is_ours: bool = True) -> None:
        """`closely`: also with axe in both themes. `is_ours`: the layout is not that of Django's admin."""
        page, found, where = self.page, self.walk.found, f"{self.who}: {name}"
        self.walk.visits += 1
        for words in self.said:
            # The browser says so of every page that is an answer like "not found".
            if "the server responded with a status of 4" not in words:
                found["console"].append(f"{where}: {words}")
        found["elsewhere"] += [f"{where}: {url}" for url in self.asked]
        found["policy"] += [f"{where}: {words}" for words in page.evaluate("window.refused ?? []")]
        if page.title() == "ran" or page.locator("[data-hostile]").count():
            found["hostile"].append(where)
        if is_ours:
            self.measure("width", where)
            page.evaluate("document.dir = 'rtl'")
            self.measure("right to left", where)
            page.evaluate("document.dir = ''; document.documentElement.style.fontSize = '200%'")
            self.measure("large text", where)
            page.evaluate("document.documentElement.style.fontSize = ''")
            if closely:
                self.look_closely(where)
        self.said.clear()
        self.asked.clear()

    def measure(self, question: str, where: str) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self.page.viewport_size["width"]:  # type: ignore[index]
            self.walk.found[question].append(f"{where}: {wide} px")

    def look_closely(self, where: str) -> None:
        page = self.page
        # What lies half under the bar at the lower edge is there to be scrolled up: it is no small target.
        page.evaluate(f"document.querySelectorAll('{_AT_THE_EDGE}').forEach((each) => each.style.position = 'static')")
        for theme, options in (("light", _AXE), ("dark", _AXE_COLOURS)):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            for problem in Axe().run(page, options=options).response["violations"]:
                self.walk.found[f"axe {theme}"] += [f"{where}: {_told(problem, node)}" for node in problem["nodes"][:3]]
        page.emulate_media(color_scheme="light")
        page.evaluate(f"document.querySelectorAll('{_AT_THE_EDGE}').forEach((each) => each.style.position = '')")


def _told(problem: dict[str, Any], node: dict[str, Any]) -> str:
    return f"{problem['id']} at {node['target'][0]}: {node['failureSummary'].splitlines()[-1].strip()}"


def _walk_as(who: str, page: Page, system: RunningSystem, walk: Walk) -> None:
    watcher = Watcher(page, system.origin, walk, who)
    starts = crawl.VISITOR_STARTS
    if who != "visitor":
        crawl.sign_in(page, system.origin, who)
        starts = crawl.MEMBER_STARTS
    if who == "dee":
        group = deeds.found_group(page, system.origin, kind="organization", name=_HOSTILE)
        starts_at = datetime.now() + timedelta(days=3)  # noqa: DTZ005 (what stands on a wall clock)
        deeds.schedule_meeting(page, group, title=_HOSTILE, starts=starts_at, place=_HOSTILE)
        starts = (*starts, group.removeprefix(system.origin))
    watcher.said.clear()
    watcher.asked.clear()
    most, languages = (3, crawl.LANGUAGES) if who == "visitor" else (2, ("ru",) if who == "dee" else ("en",))
    for visit in crawl.walk(page, system.origin, starts=starts, most=most, languages=languages):
        is_new = not any(visit.route in routes for routes in walk.routes.values())
        is_other = visit.is_first_of_its_route and visit.route in _DIFFERENT_FOR_EACH
        walk.routes[who].add(str(visit.route))
        if visit.status >= 400 or visit.route is None:
            walk.found["broken"].append(f"{who}: {visit.address} answers {visit.status}")
        watcher.look(
            visit.address,
            closely=is_new or is_other,
            is_ours=not visit.address.startswith(crawl.OPERATOR),
        )
    if who in states.OF:
        for name in states.OF[who](page, system.origin):
            watcher.look(name, closely=True)


@pytest.fixture(scope="module")
def walk(browser: Browser, system: RunningSystem) -> Walk:
    walked = Walk()
    for who in _WHO:
        context = browser.new_context(viewport=_NARROW, has_touch=True, locale="en-GB")  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        _walk_as(who, context.new_page(), system, walked)
        context.close()
    return walked


def answer(walk: Walk, question: str) -> str:
    return "\n".join(walk.found[question])  # The message of a failure is this list.


def test_walk_reached_what_each_kind_of_user_has(walk: Walk) -> None:
    assert walk.visits > 150
    everyone = {"guide-detail", "guide-in-language", "topic-detail", "guide-search", "help-now", "near", "about"}
    member = {"tonight", "group-detail", "meeting-detail", "member-list", "journal", "reminder-choice", "me", "inbox"}
    worker = member | {"contact-log", "month-totals"}
    coordinator = worker | {"group-edit", "invitation-list", "meeting-schedule", "meeting-cancel", "member-powers"}
    assert everyone <= walk.routes["visitor"]
    assert member <= walk.routes["ben"]
    assert worker <= walk.routes["caro"]
    assert coordinator <= walk.routes["ana"]
    assert "app_list" in walk.routes["operator"]
    assert not (worker | coordinator) & walk.routes["visitor"]
    assert not (coordinator - worker) & (walk.routes["ben"] | walk.routes["caro"])


def test_no_link_leads_to_an_error(walk: Walk) -> None:
    assert not answer(walk, "broken")


def test_no_page_scrolls_sideways_at_320_px(walk: Walk) -> None:
    assert not answer(walk, "width")


def test_no_page_complains_in_the_console(walk: Walk) -> None:
    assert not answer(walk, "console")


def test_no_page_breaks_its_content_security_policy_or_trusted_types(walk: Walk) -> None:
    assert not answer(walk, "policy")


def test_no_page_asks_another_origin_for_anything(walk: Walk) -> None:
    assert not answer(walk, "elsewhere")


def test_script_in_names_and_titles_does_not_run_and_makes_no_element(walk: Walk) -> None:
    assert not answer(walk, "hostile")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(walk: Walk, theme: str) -> None:
    assert not answer(walk, f"axe {theme}")


def test_no_page_scrolls_sideways_with_text_at_200_percent(walk: Walk) -> None:
    assert not answer(walk, "large text")


def test_no_page_scrolls_sideways_from_right_to_left(walk: Walk) -> None:
    assert not answer(walk, "right to left")


def test_watcher_notices_each_thing_it_watches_for(browser: Browser, system: RunningSystem) -> None:
    """An empty list is an answer only if it could have been a full one."""
    walk = Walk()
    with browser.new_page(viewport=_NARROW) as page:  # type: ignore[arg-type]
        watcher = Watcher(page, system.origin, walk, "nobody")
        page.goto(f"{system.origin}/en/about/")
        page.evaluate("""() => {
            const wide = document.body.appendChild(document.createElement("b"));
            wide.dataset.hostile = "";
            wide.style.cssText = "display: block; inline-size: 900px; color: #fff; background: #eee";
            wide.textContent = "pale";
            const picture = document.body.appendChild(document.createElement("img"));
            picture.src = "http://127.0.0.1:1/picture.png";
            try { wide.innerHTML = "<i>"; } catch { console.error("refused"); }
        }""")
        page.wait_for_function("window.refused?.length > 1")
        watcher.look("spoilt page", closely=True)
    for question in ("width", "hostile", "policy", "console", "axe light", "axe dark", "large text", "right to left"):
        assert walk.found[question], question


@pytest.mark.parametrize("place", ["/en/guides/search/?q={}", "/tonight/?next={}", "/groups/{}/", "/join/{}/"])
def test_script_in_an_address_does_not_run(browser: Browser, system: RunningSystem, place: str) -> None:
    with browser.new_page() as page:
        page.goto(system.origin + place.format(_HOSTILE.replace("/", "%2F")))
        assert page.title() != "ran"
        assert page.locator("[data-hostile]").count() == 0


def test_script_in_a_handle_comes_back_as_text(browser: Browser, system: RunningSystem) -> None:
    with browser.new_page() as page:
        page.goto(f"{system.origin}/sign-in/")
        most = page.get_attribute("input[name=login]", "maxlength") or len(_HOSTILE)
        page.fill("input[name=login]", _HOSTILE)
        page.fill("input[name=password]", _HOSTILE)
        page.press("input[name=password]", "Enter")
        page.wait_for_selector(".summary")
        assert page.locator("input[name=login]").input_value() == _HOSTILE[: int(most)]
        assert page.title() != "ran"
        assert page.locator("[data-hostile]").count() == 0
