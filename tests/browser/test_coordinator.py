"""Somebody founds a group, invites by link, schedules a meeting; beat and the worker tell the members."""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser import crawl, deeds
from tests.browser.conftest import RunningSystem

# Beat looks every ten seconds.
_ONE_LOOK = 11
_THREE_LOOKS = 33


@pytest.fixture
def founder(signed_in: Callable[..., Page]) -> Page:
    return signed_in("mrs-k")


def letters_to(system: RunningSystem, address: str) -> list[EmailMessage]:
    parsed = [message_from_string(letter, policy=policy.default) for letter in system.letters]
    return [letter for letter in parsed if letter["To"] == address]  # type: ignore[misc]


def wait_for_notices(page: Page, origin: str) -> list[str]:
    end = time.monotonic() + _THREE_LOOKS
    while time.monotonic() < end:
        page.goto(f"{origin}/me/inbox/")
        if page.locator(".line").count():
            break
        time.sleep(0.5)
    return page.locator(".line .line-title").all_inner_texts()


@pytest.mark.parametrize(("kind", "words"), [("circle", "Circle"), ("organization", "Organization")])
def test_anyone_signed_in_founds_a_circle_or_an_organization(
    founder: Page, system: RunningSystem, kind: str, words: str
) -> None:
    deeds.found_group(founder, system.origin, kind=kind, name=f"The {kind} of the corner")
    expect(founder.get_by_role("heading", level=1)).to_have_text(f"The {kind} of the corner")
    expect(founder.locator("main")).to_contain_text(words)
    expect(founder.locator("main")).to_contain_text("1 member")


def test_invited_member_is_reminded_once_in_the_inbox_and_by_letter_in_neutral_words(
    founder: Page, open_browser: Callable[..., Page], system: RunningSystem
) -> None:
    group = deeds.found_group(founder, system.origin, kind="organization", name="Lantern Union")
    link = deeds.make_invitation(founder, group)
    expect(founder.locator(".qr svg")).to_be_visible()

    member = open_browser()
    member.goto(link)
    member.get_by_role("link", name="Make an account").click()
    deeds.make_account(member, "kestrel")
    expect(member.get_by_role("heading", level=1)).to_have_text("Lantern Union")
    expect(member.locator("main")).to_contain_text("2 members")
    member.goto(f"{system.origin}/me/")
    zone = ZoneInfo(member.locator("select[name=time_zone]").input_value())
    member.fill("input[name=email]", "kestrel@example.org")
    member.get_by_role("button", name="Save").click()
    expect(member.locator(".notice.done")).to_have_text(re.compile("Saved"))

    starts = datetime.now(zone).replace(tzinfo=None) + timedelta(hours=2)
    deeds.schedule_meeting(
        founder, group, title="Naloxone evening", starts=starts, place="Behind the bakery", repeats="weekly"
    )
    expect(founder.locator(".facts")).to_contain_text("every week")

    notices = wait_for_notices(member, system.origin)
    time.sleep(_ONE_LOOK)
    letters = letters_to(system, "kestrel@example.org")
    assert len(notices) == len(letters) == 1
    assert len(wait_for_notices(member, system.origin)) == 1
    text = f"{letters[0]['Subject']} {letters[0]['From']} {letters[0].get_content()}"
    assert notices[0].removeprefix("New").strip() in text
    assert f"{starts:%H:%M}" in text
    for telling in ("Lantern", "Union", "Naloxone", "evening", "bakery", "kestrel", "drug", "meeting", "harm"):
        assert telling.lower() not in text.lower()


def test_used_up_invitation_lets_nobody_else_in(
    founder: Page, open_browser: Callable[..., Page], system: RunningSystem
) -> None:
    group = deeds.found_group(founder, system.origin, kind="circle", name="Two at the table")
    link = deeds.make_invitation(founder, group)
    for handle, words in (("first-in", "Two at the table"), ("second-in", "This link does not work any more")):
        page = open_browser()
        page.goto(link)
        if page.get_by_role("link", name="Make an account").count():
            page.get_by_role("link", name="Make an account").click()
            deeds.make_account(page, handle)
        expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_empty_start_gives_a_link_that_makes_the_first_account_and_group_once(
    empty_system: RunningSystem, open_browser: Callable[..., Page]
) -> None:
    link = re.search(rf"{empty_system.origin}/start/\S+", empty_system.said)
    assert link, empty_system.said
    page = open_browser()
    page.goto(link[0])
    deeds.make_account(page, "first")
    page.wait_for_url("**/groups/found/")
    deeds.found_group(page, empty_system.origin, kind="organization", name="The first of many")
    expect(page.get_by_role("heading", level=1)).to_have_text("The first of many")

    late = open_browser()
    late.goto(link[0])
    expect(late.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
    crawl.sign_in(late, empty_system.origin, "first")
    late.goto(f"{empty_system.origin}/groups/")
    expect(late.locator(".card")).to_have_count(1)
