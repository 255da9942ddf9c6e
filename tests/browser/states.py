"""Pages that no link leads to: what comes back from a form, and what stands where nothing is."""

from collections.abc import Callable, Iterator

from playwright.sync_api import Page


def of_visitor(page: Page, origin: str) -> Iterator[str]:
    for name, path in (
        ("search-found", "/en/guides/search/?q=naloxone"),
        ("search-nothing", "/en/guides/search/?q=zzzzqqq"),
        ("search-elsewhere", "/en/guides/search/?q=%D9%86%D8%A7%D9%84%D9%88%DA%A9%D8%B3%D8%A7%D9%86"),
        ("guide-in-persian", "/en/guides/overdose-response/fa/"),
        ("guide-in-russian", "/ru/guides/overdose-response/"),
        ("not-found", "/en/nothing-here/"),
        ("invitation-over", "/join/long-gone/"),
    ):
        page.goto(origin + path)
        yield name
    page.goto(f"{origin}/sign-in/")
    page.fill("input[name=login]", "nobody-here")
    page.fill("input[name=password]", "not the right words")
    page.press("input[name=password]", "Enter")
    page.wait_for_selector(".summary")
    yield "sign-in-refused"


def of_peer_worker(page: Page, origin: str) -> Iterator[str]:
    page.goto(f"{origin}/tonight/")
    page.get_by_role("link", name="Log a contact").click()
    page.get_by_role("button", name="Save contact").click()
    page.wait_for_selector(".summary")
    yield "contact-log-refused"
    page.locator(".kit-row .kit").first.click()
    page.locator(".stepper [data-by='1']").first.click()
    page.locator(".stepper.used [data-by='10']").click()
    yield "contact-log-counted"
    page.get_by_role("button", name="Save contact").click()
    page.wait_for_selector("main > .undo")
    yield "tonight-saved"
    page.get_by_role("button", name="Undo the last contact").click()
    page.wait_for_selector(".notice.done")
    yield "tonight-taken-back"


def of_coordinator(page: Page, origin: str) -> Iterator[str]:
    page.goto(f"{origin}/groups/found/")
    page.locator(".main-action").click()
    page.wait_for_selector(".summary")
    yield "group-found-refused"
    page.goto(f"{origin}/groups/")
    page.locator(".card a").first.click()
    group = page.url
    page.goto(f"{group}meetings/schedule/")
    page.fill("input[name=title]", "Naloxone, taught to each other")
    page.fill("input[name=day]", "2020-01-01")
    page.fill("input[name=time]", "19:00")
    page.locator(".main-action").click()
    page.wait_for_selector(".summary")
    yield "meeting-schedule-refused"
    page.goto(f"{group}invitations/")
    page.locator(".main-action").click()
    page.wait_for_selector(".copy")
    yield "invitation-made"
    page.goto(f"{group}invitations/")
    yield "invitation-open"


OF: dict[str, Callable[[Page, str], Iterator[str]]] = {
    "visitor": of_visitor,
    "caro": of_peer_worker,
    "ana": of_coordinator,
}
