"""What people see, and what is kept, while the database, the broker or the master key is away.

A real web server, worker and beat on a PostgreSQL and a Valkey of their own, which the tests stop and start. A full
disk is not tried here: it takes a file system of its own, which needs rights that a test run does not have.
"""

import re
import signal
import time
from collections.abc import Iterator

import pytest

from tests.conftest import PASSPHRASE
from tests.faulty_instance import Browser, Instance

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    made = Instance()
    try:
        made.begin()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def ana(instance: Instance) -> Browser:
    return instance.visitor().sign_in("ana")


@pytest.fixture(scope="module")
def caro(instance: Instance) -> Browser:
    return instance.visitor().sign_in("caro")


@pytest.fixture
def log_page(instance: Instance) -> str:
    return f"/groups/{instance.slug}/contacts/log/"


KEPT = ("/en/", "/en/about/", "/en/guides/", "/en/guides/a-guide/")
TYPED = {
    "item_needle-syringe-1ml-fixed": "12",
    "used_returned": "7",
    "others_reached": "2",
    "for_self": "on",
    "note": 'Strips ran out: "more" next time <b>& soon</b>\nтоже',
}


# --- The database -----------------------------------------------------------------------------------------------------


def test_without_the_database_what_was_read_before_can_still_be_read(instance: Instance) -> None:
    visitor = instance.visitor()
    before = {place: visitor.get(place) for place in KEPT}
    with instance.without_database():
        for _ in range(2):
            for place in KEPT:
                answer = visitor.get(place)
                assert (answer.status, answer.text) == (200, before[place].text), place
        assert visitor.get("/healthz").status == 200
        style = re.search(r'href="(/static/[^"]+\.css)"', before["/en/"].text)
        assert style is not None
        assert visitor.get(style[1]).status == 200


def test_without_the_database_everything_else_says_so_plainly(instance: Instance, caro: Browser) -> None:
    with instance.without_database():
        for browser, place in (
            (instance.visitor(), "/en/guides/search/?q=vein"),
            (caro, "/groups/"),
            (caro, "/tonight/"),
        ):
            answer = browser.get(place)
            assert answer.status == 503, place
            assert 0 < int(answer.headers["Retry-After"]) <= 120
            assert "Out of reach for a moment" in answer.text
            assert "no-store" in answer.headers["Cache-Control"]
            assert "Traceback" not in answer.text
    assert caro.get("/tonight/").status == 200


def test_without_the_database_the_exit_still_leads_out(instance: Instance) -> None:
    someone = instance.visitor().sign_in("ana")
    with instance.without_database():
        answer = someone.get("/leave/")
        assert (answer.status, answer.headers["Location"]) == (302, "https://www.example.org/")
        assert "session" not in someone.cookies
    assert someone.get("/groups/").status == 302


def test_a_contact_logged_without_the_database_is_kept_on_the_page_and_saved_once(
    instance: Instance, caro: Browser, log_page: str
) -> None:
    form = {**caro.get(log_page).form, **TYPED}
    before = instance.count("outreach_contact")
    with instance.without_database():
        answer = caro.post(log_page, form)
        assert answer.status == 503
        assert "What you typed is kept on this page." in answer.text
        assert answer.headers["Referrer-Policy"] == "same-origin"
        kept = answer.form
        assert {name: kept[name].replace("\r\n", "\n") for name in form} == form
        # Still away: sending it again gives the same page, with everything still on it.
        again = caro.post(log_page, kept)
        assert (again.status, again.form) == (503, kept)
    assert caro.post(log_page, kept).status == 302
    assert caro.post(log_page, kept).status == 302
    assert instance.count("outreach_contact") == before + 1
    assert instance.count("outreach_contactline") >= 1


def test_a_passphrase_is_never_kept_on_a_page(instance: Instance) -> None:
    someone = instance.visitor()
    form = {**someone.get("/sign-in/").form, "login": "ana", "password": PASSPHRASE}
    with instance.without_database():
        answer = someone.post("/sign-in/", form)
        assert answer.status == 503
        assert PASSPHRASE not in answer.text
        assert "ana" in answer.text


@pytest.mark.parametrize("how", ["SIGINT", "SIGQUIT"])
def test_after_a_restart_of_the_database_the_first_request_works(
    how: str, instance: Instance, caro: Browser, log_page: str
) -> None:
    """SIGINT: told to stop, SIGQUIT: stopped at once, as by a crash; it recovers when it starts."""
    assert caro.get("/tonight/").status == 200
    form = {**caro.get(log_page).form, "used_returned": "3"}
    with instance.without_database(getattr(signal, how)):
        # Long enough for a connection pool to have lost patience, and somebody comes by meanwhile.
        for _ in range(4):
            assert caro.get("/tonight/").status == 503
    assert caro.post(log_page, form).status == 302
    assert caro.get("/tonight/").status == 200
    assert instance.visitor().get("/en/guides/search/?q=helps").status == 200


# --- The broker -------------------------------------------------------------------------------------------------------


def test_without_the_broker_work_goes_on_and_reminders_wait_for_it(
    instance: Instance, ana: Browser, caro: Browser, log_page: str
) -> None:
    assert "A reminder" not in caro.get("/me/inbox/").text
    before = instance.count("outreach_contact")
    soon = time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 5 * 3600))
    day, hour = soon.split()
    with instance.without_broker():
        assert caro.fill_in(log_page, used_returned="4").status == 302
        place = f"/groups/{instance.slug}/meetings/schedule/"
        answer = ana.fill_in(place, title="Thursday", day=day, time=hour, duration_minutes="60", repeats="")
        assert answer.status == 302, answer.text
        assert ana.get(answer.headers["Location"]).status == 200
        # Longer than beat's tick: it must live through finding nobody to hand its work to.
        time.sleep(12)
        assert "A reminder" not in caro.get("/me/inbox/").text
    assert instance.count("outreach_contact") == before + 1
    instance.wait_until(lambda: "A reminder" in caro.get("/me/inbox/").text, seconds=60)
    assert instance.count("groups_reminder WHERE sent_at IS NULL") == 0
    assert instance.count("groups_reminder") == 2


def test_without_the_broker_guides_can_be_read_and_searched(instance: Instance) -> None:
    visitor = instance.visitor()
    with instance.without_broker():
        for place in (*KEPT, "/en/help-now/", "/en/guides/search/?q=helps"):
            answer = visitor.get(place)
            assert answer.status == 200, place


def test_without_the_broker_what_a_group_says_about_itself_can_be_changed(instance: Instance, ana: Browser) -> None:
    """Public pages are told through the broker that they changed; that they cannot be is no reason to lose it."""
    place = f"/groups/{instance.slug}/edit/"
    facts = {
        "name": "Night Union",
        "about": "We meet on Thursdays.",
        "visibility": "unlisted",
        "origin": "self_organized",
        "language": "en",
        "time_zone": "UTC",
    }
    with instance.without_broker():
        assert ana.fill_in(place, **facts).status == 302
        assert "We meet on Thursdays." in ana.get(f"/groups/{instance.slug}/").text


def test_without_the_broker_signing_in_says_what_to_do(instance: Instance) -> None:
    """Tries are counted there, and nobody may guess uncounted: so it waits, and says so."""
    someone = instance.visitor()
    with instance.without_broker():
        answer = someone.fill_in("/sign-in/", login="ana", password=PASSPHRASE)
        assert answer.status in (302, 503)
        if answer.status == 503:
            assert "Out of reach for a moment" in answer.text
            assert int(answer.headers["Retry-After"]) > 0
            assert PASSPHRASE not in answer.text
    assert someone.sign_in("ana").get("/groups/").status == 200


def test_whoever_is_in_stays_in_without_the_broker_and_can_leave(instance: Instance) -> None:
    someone = instance.visitor().sign_in("ana")
    with instance.without_broker():
        assert someone.get("/groups/").status == 200
        assert someone.get("/leave/").status == 302
    assert someone.get("/groups/").status == 302


# --- The master key ---------------------------------------------------------------------------------------------------


def test_without_the_master_key_private_pages_close_within_seconds_and_public_ones_stay(
    instance: Instance, caro: Browser
) -> None:
    private = ("/groups/", "/tonight/", "/me/", f"/groups/{instance.slug}/", f"/groups/{instance.slug}/meetings/")
    assert [caro.get(place).status for place in private] == [200] * 5
    with instance.without_master_key():
        took = instance.wait_until(lambda: caro.get(private[0]).status == 503, seconds=5)
        assert took < 5
        for place in private:
            answer = caro.get(place)
            assert answer.status == 503, place
            assert int(answer.headers["Retry-After"]) > 0
            assert "Night Union" not in answer.text
        for place in (*KEPT, "/en/guides/search/?q=helps", "/sign-in/"):
            assert instance.visitor().get(place).status == 200, place
    assert [caro.get(place).status for place in private] == [200] * 5


def test_a_contact_logged_without_the_master_key_is_kept_on_the_page_and_saved_once(
    instance: Instance, caro: Browser, log_page: str
) -> None:
    form = {**caro.get(log_page).form, **TYPED}
    before = instance.count("outreach_contact")
    with instance.without_master_key():
        answer = caro.post(log_page, form)
        assert answer.status == 503
        kept = answer.form
        assert {name: kept[name].replace("\r\n", "\n") for name in form} == form
    assert instance.count("outreach_contact") == before
    assert caro.post(log_page, kept).status == 302
    assert instance.count("outreach_contact") == before + 1


def test_a_damaged_master_key_closes_private_pages_too(instance: Instance, caro: Browser) -> None:
    key = instance.var / "master_key"
    whole = key.read_text()
    try:
        for damaged in ("", "not a key", whole[:-6], "1:AAAA"):
            key.write_text(damaged)
            assert caro.get("/groups/").status == 503, damaged
            assert instance.visitor().get("/en/about/").status == 200
    finally:
        key.write_text(whole)
    assert caro.get("/groups/").status == 200
