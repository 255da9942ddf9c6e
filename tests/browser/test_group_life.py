"""A group from its first evening to the day somebody leaves it, each step by the person whose step it is."""

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser import crawl, deeds
from tests.browser.conftest import LAPTOP, PHONE, RunningSystem

NAME = "Window Three"
# Where ben is: whoever comes by his link begins with his clocks, and so does the circle they found.
ZONE = ZoneInfo("America/New_York")


@dataclass
class Circle:
    """`wren` founded it, `heron` and `swift` are peers, `owl` is an ally. `address`: of the group, for its members."""

    address: str
    wren: Page
    heron: Page
    swift: Page
    owl: Page

    @property
    def peers(self) -> list[Page]:
        return [self.wren, self.heron, self.swift]


def main_action(page: Page) -> None:
    page.locator("main .main-action").click()


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words, exact=True).first.click()


def vote(page: Page, proposal: str, choice: str) -> None:
    page.goto(proposal)
    page.check(f"#ballot input[name=choice][value={choice}]")
    main_action(page)
    expect(page.locator("#vote ~ p").first).to_contain_text("You have voted")


def close(page: Page, proposal: str) -> None:
    page.goto(proposal)
    press(page, "Everybody answered: close it")
    expect(page.locator("#result")).to_be_visible()


@pytest.fixture
def circle(open_browser: Callable[..., Page], signed_in: Callable[..., Page], system: RunningSystem) -> Circle:
    """A circle founded on a phone by someone who came by a friend's link, and three more who came by its own."""

    def joined(link: str, handle: str, standing: str = "peer", **facts: object) -> Page:
        page = open_browser(**facts)
        page.goto(link)
        page.get_by_role("link", name="Make an account").click()
        page.check(f"input[name=standing][value={standing}]")
        deeds.make_account(page, handle)
        return page

    friend = signed_in("ben", **LAPTOP)
    other = deeds.found_group(friend, system.origin, kind="circle", name="Somebody's kitchen")
    wren = joined(deeds.make_invitation(friend, other), "wren", **PHONE)
    address = deeds.found_group(wren, system.origin, kind="circle", name=NAME)
    people = {}
    for handle, standing in (("heron", "peer"), ("swift", "peer"), ("owl", "ally")):
        people[handle] = joined(deeds.make_invitation(wren, address), handle, standing, **LAPTOP)
        expect(people[handle].get_by_role("heading", level=1)).to_have_text(NAME)
    return Circle(address, wren, **people)


def test_a_group_lives_from_its_first_evening_to_the_day_someone_leaves(
    circle: Circle, signed_in: Callable[..., Page], system: RunningSystem
) -> None:
    they_hold_two_meetings(circle)
    they_become_an_organization_by_consent(circle)
    an_ally_does_not_vote(circle)
    they_elect_a_coordinator(circle)
    they_join_a_network(circle, signed_in("ana", **LAPTOP), system)
    one_of_them_leaves_with_what_is_theirs(circle, system)


def they_hold_two_meetings(circle: Circle) -> None:
    wren, heron = circle.wren, circle.heron
    for number in (1, 2):
        # The room is open from half an hour before.
        starts = datetime.now(ZONE) + timedelta(minutes=5 * number)
        meeting = deeds.schedule_meeting(
            wren, circle.address, title=f"Evening {number}", starts=starts, place="By the window", overlaps=number == 2
        )
        heron.goto(meeting)
        heron.get_by_role("link", name="Add to the agenda").first.click()
        heron.fill("input[name=title]", "Who carries the spare naloxone")
        main_action(heron)
        expect(heron.locator(".agenda")).to_contain_text("Who carries the spare naloxone")
        wren.goto(meeting)
        wren.get_by_role("link", name=re.compile("Who is here|Record attendance")).first.click()
        press(wren, "Make a code")
        code = wren.locator(".room-code").inner_text()
        heron.goto(f"{meeting}here/")
        heron.fill("input[name=code]", code)
        main_action(heron)
        expect(heron.locator("main")).to_contain_text("You are written down as present.")
        wren.goto(f"{meeting}minutes/")
        wren.locator("textarea").first.fill("Swift carries it this week.")
        main_action(wren)
        expect(wren.locator("main")).to_contain_text("Swift carries it this week.")


def they_become_an_organization_by_consent(circle: Circle) -> None:
    wren = circle.wren
    wren.goto(f"{circle.address}network/")
    wren.get_by_role("link", name="Propose to become an organization").click()
    wren.fill("input[name=title]", "Let us become an organization")
    wren.check("input[name=method][value=consent]")
    main_action(wren)
    wren.wait_for_url(re.compile(r"/proposals/[0-9a-f-]{36}/$"))
    proposal = wren.url
    for peer in circle.peers:
        vote(peer, proposal, "agree")
    close(wren, proposal)
    expect(wren.locator("main")).to_contain_text("Done by the program in the same moment")
    wren.goto(circle.address)
    expect(wren.locator("main")).to_contain_text("Organization")


def an_ally_does_not_vote(circle: Circle) -> None:
    heron, owl = circle.heron, circle.owl
    heron.goto(f"{circle.address}proposals/new/")
    heron.fill("input[name=title]", "Two of us go out together, always")
    heron.check("input[name=method][value=majority]")
    main_action(heron)
    heron.wait_for_url(re.compile(r"/proposals/[0-9a-f-]{36}/$"))
    owl.goto(heron.url)
    expect(owl.locator("main")).to_contain_text("In this group allies do not vote")
    expect(owl.locator("#ballot")).to_have_count(0)
    # Nor by sending what the page does not offer.
    token = owl.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    answer = owl.request.post(
        f"{heron.url}vote/",
        form={"csrfmiddlewaretoken": token, "choice": "yes"},
        headers={"Origin": owl.evaluate("location.origin"), "Referer": heron.url},
    )
    assert answer.status in (403, 422)
    for peer in circle.peers:
        vote(peer, heron.url, "yes")
    close(heron, heron.url)
    expect(heron.locator("#result ~ .lead")).to_be_visible()
    expect(heron.locator("main")).to_contain_text("3")


def they_elect_a_coordinator(circle: Circle) -> None:
    wren, heron, swift = circle.peers
    wren.goto(f"{circle.address}roles/")
    wren.get_by_role("link", name="Elect someone").first.click()
    wren.fill("input[name=title]", "Who coordinates until spring")
    main_action(wren)
    wren.wait_for_url(re.compile(r"/proposals/[0-9a-f-]{36}/$"))
    election = wren.url
    for candidate in (heron, swift):
        candidate.goto(election)
        candidate.get_by_role("button", name="I stand").first.click()
    wren.goto(election)
    press(wren, "Open the vote now")
    for voter, order in ((wren, ("swift", "heron")), (heron, ("heron",)), (swift, ("swift", "heron"))):
        voter.goto(election)
        for place, handle in enumerate(order, start=1):
            voter.get_by_label(handle, exact=True).select_option(str(place))
        main_action(voter)
        expect(voter.locator("main")).to_contain_text("You took part")
        assert "votes in each round" not in voter.content().lower(), "nobody sees a count before the end"
    close(wren, election)
    expect(wren.locator("main")).to_contain_text("swift")
    expect(wren.locator("main")).to_contain_text("The ballots were destroyed when they were counted.")
    wren.goto(f"{circle.address}roles/")
    expect(wren.locator("main")).to_contain_text("elected")


def they_join_a_network(circle: Circle, ana: Page, system: RunningSystem) -> None:
    swift = circle.swift
    swift.goto(f"{circle.address}network/")
    swift.get_by_role("link", name="Propose to join Four Cities Network").click()
    swift.fill("input[name=title]", "Let us join the network")
    swift.check("input[name=method][value=consent]")
    main_action(swift)
    swift.wait_for_url(re.compile(r"/proposals/[0-9a-f-]{36}/$"))
    proposal = swift.url
    for peer in circle.peers:
        vote(peer, proposal, "agree")
    close(swift, proposal)
    swift.goto(f"{circle.address}network/")
    expect(swift.locator("main")).to_contain_text("We have asked Four Cities Network")
    code = re.search(r"has the code (\w+)", swift.locator("main").inner_text())
    assert code is not None
    ana.goto(f"{system.origin}/groups/")
    ana.get_by_role("link", name="Four Cities Network").click()
    ana.get_by_role("link", name="Groups in this network").click()
    press(ana, f"Take in {code[1]}")
    swift.reload()
    expect(swift.locator("main")).to_contain_text("We are part of Four Cities Network")


def one_of_them_leaves_with_what_is_theirs(circle: Circle, system: RunningSystem) -> None:
    heron = circle.heron
    heron.goto(f"{system.origin}/me/")
    heron.get_by_role("link", name="What is held about me").click()
    if "reauthenticate" in heron.url:
        heron.fill("input[name=password]", crawl.PASSPHRASE)
        main_action(heron)
    with heron.expect_download() as waiting:
        main_action(heron)
    path = Path(waiting.value.path())
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
        for name in archive.namelist():
            if name.endswith(".json"):
                json.loads(archive.read(name))
    assert "Two of us go out together, always" in everything
    assert "Let us become an organization" not in everything, "somebody else wrote that"
    heron.goto(f"{circle.address}leave/")
    main_action(heron)
    heron.wait_for_url(f"{system.origin}/groups/")
    assert heron.request.get(circle.address).status == 404
    circle.wren.goto(f"{circle.address}members/")
    expect(circle.wren.locator("main")).not_to_contain_text("heron")
