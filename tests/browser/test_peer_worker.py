"""A peer worker, phone in one hand: Caro of the demonstration world logs what she hands out."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE

_KINDS = {
    "needle-syringes": r"needle-syringe",
    "contacts": r"contacts?$",
    "people": r"reached$",
    "nasal doses": r"nasal",
    "returned": r"returned$",
}
# What one Night kit, one pack of nasal naloxone and ten used syringes add.
_ONE_NIGHT_KIT = {"needle-syringes": 10, "contacts": 1, "people": 1, "nasal doses": 2, "returned": 10}


@pytest.fixture
def phone(signed_in: Callable[..., Page]) -> Page:
    return signed_in("caro", **PHONE)


@pytest.fixture
def phone_without_script(signed_in: Callable[..., Page]) -> Page:
    return signed_in("caro", **PHONE, java_script_enabled=False)


def tonight(page: Page) -> dict[str, int]:
    """What the screen says tonight adds up to, for everyone in the group."""
    shown = [text.split(maxsplit=1) for text in page.locator(".totals li").all_inner_texts()]
    return {
        kind: sum(int(number) for number, words in shown if re.search(pattern, words))
        for kind, pattern in _KINDS.items()
    }


def added(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {kind: after[kind] - before[kind] for kind in after}


def more(page: Page, label: str) -> Locator:
    return page.locator("[data-stepper]", has=page.get_by_text(label, exact=True)).locator("[data-by='1']")


def number(page: Page, label: str) -> Locator:
    return page.locator(f"[data-stepper='{label}'] input[type=number]")


def open_form(page: Page) -> None:
    page.get_by_role("link", name="Log a contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log a contact")


def save(page: Page) -> Locator:
    return page.get_by_role("button", name="Save contact")


def saved(page: Page) -> None:
    expect(page.locator("main > .undo")).to_be_visible()


def test_contact_takes_at_most_six_taps_from_the_home_screen_and_adds_exactly_that(phone: Page) -> None:
    before = tonight(phone)
    fingers = [
        phone.get_by_role("link", name="Log a contact"),
        more(phone, "Night kit"),
        more(phone, "Naloxone nasal, 2 doses"),
        phone.locator(".stepper.used [data-by='10']"),
        save(phone),
    ]
    assert len(fingers) <= 6
    for finger in fingers:
        finger.tap()
    saved(phone)
    assert added(before, tonight(phone)) == _ONE_NIGHT_KIT


def test_undo_takes_the_last_contact_back(phone: Page) -> None:
    before = tonight(phone)
    open_form(phone)
    more(phone, "Night kit").tap()
    save(phone).tap()
    saved(phone)
    assert tonight(phone) != before
    phone.get_by_role("button", name="Undo the last contact").tap()
    expect(phone.locator(".notice")).to_have_text(re.compile("Taken back"))
    assert tonight(phone) == before


def test_without_script_each_stepper_button_counts_and_only_save_saves(phone_without_script: Page) -> None:
    page = phone_without_script
    before = tonight(page)
    open_form(page)
    more(page, "Night kit").tap()
    expect(number(page, "Night kit")).to_have_value("1")
    more(page, "Naloxone nasal, 2 doses").tap()
    expect(number(page, "Naloxone nasal, 2 doses")).to_have_value("1")
    for _ in range(2):
        page.locator(".stepper.used [data-by='5']").tap()
    expect(page.locator(".stepper.used input")).to_have_value("10")
    expect(number(page, "Night kit")).to_have_value("1")
    save(page).tap()
    saved(page)
    assert added(before, tonight(page)) == _ONE_NIGHT_KIT


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_double_tap_on_save_saves_once(signed_in: Callable[..., Page], script: bool) -> None:
    page = signed_in("caro", **PHONE, java_script_enabled=script)
    before = tonight(page)
    open_form(page)
    page.locator(".stepper.used input").fill("3")
    save(page).dblclick()
    saved(page)
    page.goto(page.url)
    change = added(before, tonight(page))
    assert (change["contacts"], change["returned"]) == (1, 3)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_enter_key_saves_and_counts_nothing_more(signed_in: Callable[..., Page], script: bool) -> None:
    page = signed_in("caro", java_script_enabled=script)
    before = tonight(page)
    open_form(page)
    page.locator(".stepper.used input").fill("7")
    page.keyboard.press("Enter")
    saved(page)
    change = added(before, tonight(page))
    assert (change["contacts"], change["returned"], change["needle-syringes"]) == (1, 7, 0)


def test_nothing_counted_is_asked_about_and_nothing_is_lost(phone: Page) -> None:
    before = tonight(phone)
    open_form(phone)
    phone.get_by_text("Write a note").tap()
    phone.locator("textarea[name=note]").fill("asked for strips")
    save(phone).tap()
    expect(phone.locator(".summary")).to_be_visible()
    expect(phone.locator("textarea[name=note]")).to_have_value("asked for strips")
    phone.goto(phone.url.split("/groups/")[0] + "/tonight/")
    assert tonight(phone) == before
