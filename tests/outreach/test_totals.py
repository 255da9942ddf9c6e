"""Counting rules, by number."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from groups import actions as group_actions
from groups.models import Power
from outreach import actions
from outreach.models import Contact, Item
from outreach.models.contacts import new_contact_id, outreach_day
from tests.outreach.conftest import INJECTABLE, LOOSE, NASAL, SYRINGE, TEN_PACK


@pytest.fixture
def handed_out(caro, as_member, item):
    """Log contacts with these items and return the group's totals of today."""

    def log(*contacts, **facts):
        with as_member(caro):
            for lines in contacts:
                now = timezone.now()
                actions.log_contact(
                    by=caro,
                    id=new_contact_id(now),
                    at=now,
                    lines={item(slug): number for slug, number in lines.items()},
                    just_talked=not lines,
                    **facts,
                )
            day = outreach_day(timezone.now(), caro.group.zone)
            return Contact.objects.between(caro.group, day - timedelta(days=1), day).totals()

    return log


def test_a_pack_of_ten_is_ten_syringes(handed_out):
    assert handed_out({SYRINGE: 3, TEN_PACK: 2}).syringes == 23


def test_loose_needles_and_water_never_add_up_to_syringes(handed_out):
    assert handed_out({LOOSE: 50, "sterile-water": 10, SYRINGE: 1}).syringes == 1


def test_a_two_dose_kit_is_two_doses(handed_out):
    assert handed_out({NASAL: 3}).nasal_doses == 6


def test_nasal_and_injectable_doses_stay_apart(handed_out):
    totals = handed_out({NASAL: 1, INJECTABLE: 2})
    assert (totals.nasal_doses, totals.injectable_doses) == (2, 4)


def test_people_reached_are_contacts_and_stated_others(handed_out):
    totals = handed_out({SYRINGE: 1}, {SYRINGE: 1}, others_reached=4)
    assert (totals.contacts, totals.people_reached) == (2, 10)


def test_lines_do_not_multiply_what_is_counted_once_a_contact(handed_out):
    totals = handed_out({SYRINGE: 1, "cookers": 2, "filters": 3}, used_returned=12)
    assert (totals.contacts, totals.people_reached, totals.used_returned) == (1, 1, 12)


def test_each_category_counts_in_its_own_way(handed_out):
    totals = handed_out({SYRINGE: 5, LOOSE: 20, NASAL: 2, "foil": 3, "glass-stem-pipe": 1})
    counted = {category.category: category.counted for category in totals.by_category}
    assert counted == {Item.Category.INJECTION: 5, Item.Category.NALOXONE: 4, Item.Category.INHALATION: 4}


def test_nothing_logged_is_zero(handed_out):
    totals = handed_out()
    assert (totals.contacts, totals.people_reached, totals.used_returned, totals.syringes) == (0, 0, 0, 0)


def test_totals_take_two_queries(caro, as_member, handed_out, django_assert_num_queries):
    handed_out({SYRINGE: 1}, {NASAL: 1})
    with as_member(caro), django_assert_num_queries(2):
        Contact.objects.on_day(caro.group, date(2026, 1, 1)).totals()


def test_the_month_page_shows_a_peer_worker_only_their_own(ana, caro, as_member, handed_out, item, sign_in):
    handed_out({SYRINGE: 3})
    with as_member(ana):
        now = timezone.now()
        actions.log_contact(by=ana, id=new_contact_id(now), at=now, lines={item(SYRINGE): 500})
    page = f"/groups/{caro.group.slug}/month/"
    assert "<b>3</b> needle-syringes" in sign_in(caro).get(page).content.decode()
    assert "<b>503</b> needle-syringes" in sign_in(ana).get(page).content.decode()


def test_a_member_who_only_sees_reports_sees_the_month_of_all(ana, ben, as_member, handed_out, sign_in):
    handed_out({SYRINGE: 3})
    with as_member(ana):
        group_actions.set_powers(by=ana, member=ben, powers=[Power.SEE_REPORTS])
    page = sign_in(ben).get(f"/groups/{ben.group.slug}/month/").content.decode()
    assert "<b>3</b> needle-syringes" in page


def test_a_member_without_either_power_may_not_see_the_month(ben, sign_in):
    assert sign_in(ben).get(f"/groups/{ben.group.slug}/month/").status_code == 403


def test_an_outsider_does_not_find_the_month(dee, caro, sign_in):
    assert sign_in(dee).get(f"/groups/{caro.group.slug}/month/").status_code == 404


@pytest.mark.parametrize("month", ["2026-13", "0000-01", "9999-12", "2026-1", "x", "\x00", "2026-01-01", "٢٠٢٦-٠١", ""])
def test_a_month_that_is_none_is_not_found(caro, sign_in, month):
    assert sign_in(caro).get(f"/groups/{caro.group.slug}/month/", {"month": month}).status_code == 404


def test_a_month_without_contacts_says_so(caro, sign_in):
    page = sign_in(caro).get(f"/groups/{caro.group.slug}/month/?month=2020-02").content.decode()
    assert "February 2020" in page
    assert "Nothing was logged in this month" in page
