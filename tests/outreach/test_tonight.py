"""Tonight: the first place for who does outreach, a next step for everyone else."""

import pytest
from django.utils import timezone
from django.utils.formats import time_format

from groups import actions as group_actions
from hrplatform import isolation
from outreach import actions
from outreach.models.contacts import new_contact_id


def test_who_logs_for_one_group_is_there_at_once(sign_in, caro):
    page = sign_in(caro).get("/tonight/").content.decode()
    assert "Night Union" in page
    assert "Log a contact" in page


def test_a_member_without_outreach_gets_a_next_step(sign_in, ben):
    page = sign_in(ben).get("/tonight/").content.decode()
    assert "This is where outreach is logged" in page
    assert "Log a contact" not in page


def test_who_logs_for_two_groups_chooses(sign_in, caro):
    with isolation.context(person=caro.person_id):
        group_actions.found_group(by=caro.person, kind="circle", name="Kitchen table")
    page = sign_in(caro).get("/tonight/").content.decode()
    assert "Night Union" in page
    assert "Kitchen table" in page
    assert "Who are you out with?" in page


@pytest.mark.parametrize(("who", "answer"), [("ana", 200), ("ben", 403), ("caro", 200), ("dee", 404)])
def test_who_may_see_a_groups_night(sign_in, world, tonight_page, who, answer):
    assert sign_in(getattr(world, who)).get(tonight_page).status_code == answer


def test_a_visitor_is_asked_to_sign_in(visitor, tonight_page):
    assert visitor.get("/tonight/").status_code == 302
    assert visitor.get(tonight_page).status_code == 302


def test_the_night_shows_everyones_numbers_and_only_ones_own_entries(sign_in, ana, caro, as_member, tonight_page):
    now = timezone.now()
    with as_member(ana):
        actions.log_contact(by=ana, id=new_contact_id(now), at=now, used_returned=77)
    page = sign_in(caro).get(tonight_page).content.decode()
    assert "<b>77</b> used syringes returned" in page
    assert "Nothing from you yet tonight" in page


def test_another_groups_contacts_are_not_counted(sign_in, dee, caro, as_member, tonight_page):
    now = timezone.now()
    with as_member(dee):
        actions.log_contact(by=dee, id=new_contact_id(now), at=now, used_returned=77)
    assert "<b>0</b> contacts" in sign_in(caro).get(tonight_page).content.decode()


def test_tonight_takes_few_queries(sign_in, caro, as_member, tonight_page, django_assert_max_num_queries):
    client = sign_in(caro)
    with as_member(caro):
        for _ in range(8):
            now = timezone.now()
            actions.log_contact(by=caro, id=new_contact_id(now), at=now, used_returned=1)
    client.get(tonight_page)
    # Twenty of its own, and one for the name of the instance, which is asked for again every five seconds.
    with django_assert_max_num_queries(21):
        client.get(tonight_page)


def test_the_night_tells_the_time_on_the_groups_own_clocks(sign_in, caro, as_member, tonight_page):
    """Wherever the phone or the person is: everyone in the group reads the same hour."""
    with as_member(caro):
        now = timezone.now()
        contact = actions.log_contact(by=caro, id=new_contact_id(now), at=now, used_returned=1)
    caro.person.time_zone = "Asia/Bishkek"
    caro.person.save(update_fields=["time_zone"])
    shown = time_format(contact.at.astimezone(caro.group.zone), "TIME_FORMAT")
    page = sign_in(caro).get(tonight_page).content.decode()
    assert f'<p class="soft">{shown}</p>' in page
