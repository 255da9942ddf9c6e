"""The form of a contact: quick to fill, safe to send twice, kind about slips."""

import pytest
from django.utils import timezone

from hrplatform.discretion import rounded
from outreach import actions
from outreach.models.contacts import new_contact_id
from tests.outreach.conftest import SYRINGE


def typed(client, page: str, **facts: object) -> dict[str, object]:
    """The form as it stands on the page, with these changes."""
    form = client.get(page).context["form"]
    return {"id": form.id_to_send, "at": form.at_to_send, "for_self": "on", **facts}


def test_a_worker_saves_a_contact_and_sees_what_tonight_adds_up_to(sign_in, caro, log_page, night_kit):
    client = sign_in(caro)
    answer = client.post(
        log_page, typed(client, log_page, **{f"kit_{night_kit.pk}": "2", "used_returned": "15"}), follow=True
    )
    page = answer.content.decode()
    assert "Saved." in page
    assert "<b>20</b> needle-syringes" in page
    assert "<b>4</b> doses of nasal naloxone" in page
    assert "<b>15</b> used syringes returned" in page


def test_a_double_tap_counts_once(sign_in, caro, log_page, contacts):
    client = sign_in(caro)
    form = typed(client, log_page, used_returned="15")
    client.post(log_page, form)
    page = client.post(log_page, form, follow=True).content.decode()
    assert "Nothing was counted twice" in page
    assert len(contacts()) == 1


def test_a_stepper_counts_without_saving(sign_in, caro, log_page, contacts):
    client = sign_in(caro)
    form = typed(client, log_page, **{f"item_{SYRINGE}": "4", "note": "kept", "step": f"item_{SYRINGE}:+1"})
    answer = client.post(log_page, form)
    after = answer.context["form"]
    assert f'name="item_{SYRINGE}" value="5"' in answer.content.decode()
    assert "kept</textarea>" in answer.content.decode()
    assert (after.id_to_send, after.at_to_send) == (form["id"], form["at"])
    assert contacts() == []


def test_stepping_does_not_judge_what_is_half_typed(sign_in, caro, log_page):
    client = sign_in(caro)
    page = client.post(log_page, typed(client, log_page, used_returned="many", step=f"item_{SYRINGE}:+1"))
    assert "Not saved yet" not in page.content.decode()
    assert 'value="many"' in page.content.decode()


@pytest.mark.parametrize(
    ("before", "step", "after"),
    [("0", "-1", "0"), ("999", "+1", "999"), ("5", "+10", "15"), ("", "+1", "1"), ("-7", "+1", "0"), ("5", "x", "5")],
)
def test_a_stepper_stays_within_its_bounds(sign_in, caro, log_page, before, step, after):
    client = sign_in(caro)
    form = typed(client, log_page, **{f"item_{SYRINGE}": before, "step": f"item_{SYRINGE}:{step}"})
    assert f'name="item_{SYRINGE}" value="{after}"' in client.post(log_page, form).content.decode()


@pytest.mark.parametrize("step", ["", ":", "id:+1", "note:+1", "nothing:+1", "item_x:+1", "\x00:+1", "a" * 5000])
def test_a_step_that_makes_no_sense_changes_nothing(sign_in, caro, log_page, step):
    client = sign_in(caro)
    form = typed(client, log_page, used_returned="3", step=step)
    answer = client.post(log_page, form)
    assert answer.status_code == 200
    assert 'name="used_returned" value="3"' in answer.content.decode()
    assert answer.context["form"].id_to_send == form["id"]


def test_the_enter_key_saves_and_does_not_step(sign_in, caro, log_page):
    """The Enter key presses the first submit button of a form."""
    page = sign_in(caro).get(log_page).content.decode()
    form = page[page.index('<form id="contact"') :]
    assert "step" not in form[form.index("<button") : form.index(">", form.index("<button"))]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (f"item_{SYRINGE}", "many", "Type a whole number"),
        (f"item_{SYRINGE}", "1.5", "Type a whole number"),
        (f"item_{SYRINGE}", "-1", "Type a whole number, 0 or more"),
        (f"item_{SYRINGE}", "1000", "the most is 999"),
        (f"item_{SYRINGE}", "9" * 6000, "Type a whole number"),
        (f"item_{SYRINGE}", "NaN", "Type a whole number"),
        (f"item_{SYRINGE}", "\x00", "Type a whole number"),
        ("used_returned", "100000", "the most is 99999"),
        ("site", "5f0c6a52-6f0e-4c1e-8f5d-0d3a4f1c9b7e", "not in use any more"),
        ("site", "\x00", "Null characters"),
        ("note", "a\x00b", "Null characters"),
        ("note", "x" * 1001, "room for 1000 characters"),
    ],
)
def test_bad_input_gives_the_page_again_with_a_sentence_and_writes_nothing(
    sign_in, caro, log_page, contacts, name, value, sentence
):
    client = sign_in(caro)
    form = typed(client, log_page, **{"others_reached": "3", name: value})
    answer = client.post(log_page, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'name="others_reached" value="3"' in page
    assert answer.context["form"].id_to_send == form["id"]
    assert contacts() == []


@pytest.mark.parametrize(
    "value", ["", "x", "\x00", "5f0c6a52-6f0e-4c1e-8f5d-0d3a4f1c9b7e", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"]
)
def test_a_page_that_lost_its_number_gets_a_new_one_and_can_be_saved(sign_in, caro, log_page, contacts, value):
    client = sign_in(caro)
    answer = client.post(log_page, typed(client, log_page, used_returned="3", id=value))
    if answer.status_code == 422:
        form = answer.context["form"]
        answer = client.post(log_page, {"id": form.id_to_send, "at": form.at_to_send, "used_returned": "3"})
    assert answer.status_code == 302
    assert len(contacts()) == 1


@pytest.mark.parametrize("value", ["", "x", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2001-01-01"])
def test_a_page_with_an_impossible_time_gets_this_moment_and_can_be_saved(sign_in, caro, log_page, contacts, value):
    client = sign_in(caro)
    answer = client.post(log_page, typed(client, log_page, used_returned="3", at=value))
    if answer.status_code == 422:
        form = answer.context["form"]
        answer = client.post(log_page, {"id": form.id_to_send, "at": form.at_to_send, "used_returned": "3"})
    assert answer.status_code == 302
    assert [contact.at for contact in contacts()] == [rounded(timezone.now())]


def test_a_number_taken_by_someone_else_is_replaced_and_can_be_saved(sign_in, caro, dee, as_member, log_page, contacts):
    now = timezone.now()
    with as_member(dee):
        theirs = actions.log_contact(by=dee, id=new_contact_id(now), at=now, used_returned=1)
    client = sign_in(caro)
    answer = client.post(log_page, typed(client, log_page, used_returned="3", id=str(theirs.pk)))
    assert "number is taken" in answer.content.decode()
    form = answer.context["form"]
    assert (
        client.post(log_page, {"id": form.id_to_send, "at": form.at_to_send, "used_returned": "3"}).status_code == 302
    )
    assert len(contacts()) == 1


def test_nothing_counted_is_said_at_the_tick(sign_in, caro, log_page, contacts):
    client = sign_in(caro)
    page = client.post(log_page, typed(client, log_page)).content.decode()
    assert "Just talked" in page
    assert 'href="#id_just_talked"' in page
    assert contacts() == []


def test_the_site_of_the_last_contact_is_remembered(sign_in, caro, log_page, van):
    client = sign_in(caro)
    client.post(log_page, typed(client, log_page, used_returned="1", site=str(van.pk)))
    assert f'<option value="{van.pk}" selected>' in client.get(log_page).content.decode()


def test_the_entry_says_when_where_and_what(sign_in, caro, log_page, tonight_page, van):
    client = sign_in(caro)
    client.post(log_page, typed(client, log_page, site=str(van.pk), others_reached="2", **{f"item_{SYRINGE}": "10"}))
    page = client.get(tonight_page).content.decode()
    assert "10 Needle-syringe 1 ml, fixed" in page
    assert "for about 2 others" in page
    assert ", The van" in page


def test_what_is_handed_out_most_often_comes_first(log, sign_in, caro, log_page, item):
    for _ in range(2):
        log(lines={item("foil"): 1})
    log(lines={item("lubricant"): 50})
    rows = sign_in(caro).get(log_page).context["form"].item_rows
    assert [row.name for row in rows][:3] == ["item_foil", "item_lubricant", f"item_{SYRINGE}"]
    assert len(rows) == 8


def test_supplies_are_named_in_the_language_of_the_page(sign_in, caro, log_page):
    client = sign_in(caro)
    session = client.session
    session["language"] = "ru"
    session.save()
    assert "Инсулинка 1 мл, впаянная игла" in client.get(log_page).content.decode()


def test_who_may_open_the_form(sign_in, visitor, ana, ben, caro, dee, log_page):
    answers = {member.person.handle: sign_in(member).get(log_page).status_code for member in (ana, ben, caro, dee)}
    assert answers == {"ana": 200, "ben": 403, "caro": 200, "dee": 404}
    assert visitor.get(log_page).status_code == 302


def test_who_may_save(sign_in, visitor, ben, dee, log_page, contacts):
    now = timezone.now()
    form = {"id": str(new_contact_id(now)), "at": now.isoformat(), "used_returned": "1"}
    answers = [client.post(log_page, form).status_code for client in (sign_in(ben), sign_in(dee), visitor)]
    assert answers == [403, 404, 302]
    assert contacts() == []


def test_the_form_takes_few_queries(sign_in, caro, log_page, night_kit, van, django_assert_max_num_queries):
    client = sign_in(caro)
    client.get(log_page)
    # Twenty of its own, and one for the name of the instance, which is asked for again every five seconds.
    with django_assert_max_num_queries(21):
        client.get(log_page)
