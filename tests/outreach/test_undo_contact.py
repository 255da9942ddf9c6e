"""A slip of the thumb can be taken back for ten minutes."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from groups.models import JournalEntry
from outreach import actions
from outreach.models import Contact, ContactLine
from outreach.models.contacts import new_contact_id
from tests.outreach.conftest import SYRINGE


@pytest.fixture
def contact(caro, as_member, item):
    now = timezone.now()
    with as_member(caro):
        return actions.log_contact(by=caro, id=new_contact_id(now), at=now, lines={item(SYRINGE): 10})


@pytest.fixture
def undo_page(contact):
    return f"/groups/{contact.group.slug}/contacts/{contact.pk}/undo/"


def save_one(client, log_page):
    form = client.get(log_page).context["form"]
    return client.post(
        log_page, {"id": form.id_to_send, "at": form.at_to_send, f"item_{SYRINGE}": "10"}, follow=True
    ).content.decode()


def press_undo(client, page):
    """Press the first undo button of this page."""
    start = page.index('<form class="undo"')
    form = page[start : page.index("</form>", start)]
    action = form.split('action="')[1].split('"')[0]
    token = form.split('name="token" value="')[1].split('"')[0]
    return client.post(action, {"token": token}, follow=True).content.decode()


def test_a_worker_takes_the_last_contact_back(sign_in, caro, log_page, as_member):
    client = sign_in(caro)
    page = press_undo(client, save_one(client, log_page))
    assert "Taken back" in page
    assert "<b>0</b> needle-syringes" in page
    with as_member(caro):
        assert (Contact.objects.count(), ContactLine.objects.count()) == (0, 0)
        assert JournalEntry.objects.filter(verb="undo_contact", actor=caro.person_id).exists()


def test_the_first_undo_is_that_of_the_last_contact(sign_in, caro, log_page, as_member):
    """Ids and times of one half hour do not say which came last."""
    client = sign_in(caro)
    for _ in range(6):
        page = save_one(client, log_page)
        last = client.cookies["undo"].value.split(":")[0]
        assert f"/contacts/{last}/undo/" in page[page.index('<form class="undo"') :][:200]


def test_an_earlier_contact_of_the_last_minutes_can_be_taken_back_too(sign_in, caro, log_page):
    client = sign_in(caro)
    save_one(client, log_page)
    assert save_one(client, log_page).count('<form class="undo"') == 2


def test_pressing_undo_twice_does_no_harm(sign_in, caro, log_page):
    client = sign_in(caro)
    saved = save_one(client, log_page)
    press_undo(client, saved)
    assert "not there any more" in press_undo(client, saved)


def test_after_ten_minutes_the_contact_stays(sign_in, caro, log_page, tonight_page, as_member):
    client = sign_in(caro)
    saved = save_one(client, log_page)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert '<form class="undo"' not in client.get(tonight_page).content.decode()
        assert "More than ten minutes" in press_undo(client, saved)
    with as_member(caro):
        assert Contact.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "\x00", "é" * 500])
def test_a_made_up_token_takes_nothing_back(sign_in, caro, undo_page, as_member, token):
    assert "More than ten minutes" in sign_in(caro).post(undo_page, {"token": token}, follow=True).content.decode()
    with as_member(caro):
        assert Contact.objects.count() == 1


def test_the_token_of_one_contact_does_not_undo_another(sign_in, caro, contact, undo_page, as_member):
    now = timezone.now()
    with as_member(caro):
        other = actions.log_contact(by=caro, id=new_contact_id(now), at=now, used_returned=1)
    sign_in(caro).post(undo_page, {"token": actions.undo_token(other)})
    with as_member(caro):
        assert Contact.objects.count() == 2


def test_nobody_else_takes_it_back(sign_in, ana, ben, dee, contact, undo_page, as_member, caro):
    token = {"token": actions.undo_token(contact)}
    assert sign_in(ben).post(undo_page, token).status_code == 403
    assert sign_in(dee).post(undo_page, token).status_code == 404
    assert sign_in(ana).post(undo_page, token).status_code == 302
    with as_member(caro):
        assert Contact.objects.count() == 1


def test_undo_is_not_done_by_following_a_link(sign_in, caro, undo_page):
    assert sign_in(caro).get(undo_page).status_code == 405


@pytest.mark.parametrize("cookie", ["", "....", "x" * 4000, "a:b:c.d", "é"])
def test_a_cookie_that_was_tampered_with_is_passed_over(sign_in, caro, tonight_page, contact, cookie):
    client = sign_in(caro)
    client.cookies["undo"] = cookie
    answer = client.get(tonight_page)
    assert answer.status_code == 200
    assert '<form class="undo"' not in answer.content.decode()
