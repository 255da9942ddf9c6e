"""What people do in several of these stories."""

from datetime import datetime

from playwright.sync_api import Page

from tests.browser.crawl import PASSPHRASE


def found_group(page: Page, origin: str, *, kind: str, name: str) -> str:
    """Returns the address of the new group."""
    page.goto(f"{origin}/groups/found/")
    page.check(f"input[name=kind][value={kind}]")
    page.fill("input[name=name]", name)
    page.locator(".main-action").click()
    page.wait_for_url(lambda url: "/found/" not in url)
    return page.url


def schedule_meeting(
    page: Page, group: str, *, title: str, starts: datetime, place: str, repeats: str = "", overlaps: bool = False
) -> str:
    """`starts`: on the wall of the group's place. `repeats`: weekly, or once. `overlaps`: says that this is fine.

    Returns the address of the meeting.
    """
    page.goto(f"{group}meetings/schedule/")
    page.fill("input[name=title]", title)
    page.fill("input[name=day]", f"{starts:%Y-%m-%d}")
    page.fill("input[name=time]", f"{starts:%H:%M}")
    page.fill("input[name=place]", place)
    if repeats:
        page.select_option("select[name=repeats]", repeats)
    page.locator(".main-action").click()
    if overlaps:
        page.check("input[name=overlap_is_fine]")
        page.locator(".main-action").click()
    page.wait_for_url(lambda url: "/schedule/" not in url)
    return page.url


def make_invitation(page: Page, group: str) -> str:
    """Returns the link, which is shown once."""
    page.goto(f"{group}invitations/")
    page.locator(".main-action").click()
    return page.locator("#copy-link").input_value()


def make_account(page: Page, handle: str, passphrase: str = PASSPHRASE) -> None:
    """Fill in the form that asks for a handle and a passphrase, and send it."""
    page.fill("input[name=username]", handle)
    page.fill("input[name=password1]", passphrase)
    page.fill("input[name=password2]", passphrase)
    page.locator("main .main-action").click()
