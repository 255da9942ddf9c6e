"""A peer worker writes down what was handed out."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from groups.models import JournalEntry
from hrplatform import isolation
from hrplatform.discretion import rounded
from outreach import actions
from outreach.models import Contact, ContactLine, Kit, Site
from outreach.models.contacts import new_contact_id
from tests.outreach.conftest import NASAL, SYRINGE, make_kit


def test_a_kit_and_single_items_become_lines(log, contacts, night_kit, item, van):
    log(kits={night_kit: 2}, lines={item(SYRINGE): 5}, site=van, used_returned=30)
    (contact,) = contacts()
    lines = {(line.item.slug, line.kit_id): line.quantity for line in contact.lines.all()}
    assert lines == {
        (SYRINGE, night_kit.pk): 20,
        ("cookers", night_kit.pk): 20,
        (NASAL, night_kit.pk): 2,
        (SYRINGE, None): 5,
    }
    assert (contact.used_returned, contact.site_id) == (30, van.pk)


def test_no_exact_time_is_kept(log, contacts):
    log(used_returned=1)
    (contact,) = contacts()
    assert contact.at == rounded(contact.at)
    assert (contact.pk.int >> 80) % 1_800_000 == 0


def test_the_database_itself_refuses_an_exact_time(caro, as_member):
    now = timezone.now().replace(minute=17, second=0, microsecond=0)
    with pytest.raises(IntegrityError, match="contact_time_is_rounded"), as_member(caro):
        Contact.objects.create(id=new_contact_id(now), group=caro.group, at=now, local_day=now.date())


def test_the_same_contact_sent_twice_is_saved_once(log, contacts, item):
    now = timezone.now()
    facts = {"id": new_contact_id(now), "at": now, "lines": {item(SYRINGE): 10}}
    assert log(**facts) == log(**facts)
    assert len(contacts()) == 1


def test_an_id_that_another_worker_used_is_refused(log, contacts, ana, as_member):
    now = timezone.now()
    contact = log(used_returned=1)
    with as_member(ana), pytest.raises(ValidationError, match="number is taken"):
        actions.log_contact(by=ana, id=contact.pk, at=now, used_returned=500)
    assert [contact.used_returned for contact in contacts()] == [1]


def test_an_id_used_in_another_group_is_refused_and_nothing_is_overwritten(log, contacts, dee, as_member):
    now = timezone.now()
    contact = log(used_returned=1)
    with as_member(dee), pytest.raises(ValidationError, match="number is taken"):
        actions.log_contact(by=dee, id=contact.pk, at=now, used_returned=500)
    assert [contact.used_returned for contact in contacts()] == [1]


def test_an_id_that_is_no_version_7_uuid_is_refused(log, contacts):
    with pytest.raises(ValidationError):
        log(id=uuid4(), used_returned=1)
    assert contacts() == []


@pytest.mark.parametrize("ago", [timedelta(days=7, minutes=1), timedelta(minutes=-3), timedelta(days=-400)])
def test_a_time_out_of_bounds_is_refused(log, contacts, ago):
    with pytest.raises(ValidationError, match="last 7 days"):
        log(at=timezone.now() - ago, used_returned=1)
    assert contacts() == []


@pytest.mark.parametrize("ago", [timedelta(days=6, hours=23), timedelta(minutes=-1)])
def test_a_week_back_and_a_clock_a_little_fast_are_fine(log, contacts, ago):
    log(at=timezone.now() - ago, used_returned=1)
    assert len(contacts()) == 1


def test_a_contact_with_nothing_counted_is_refused(log, contacts):
    with pytest.raises(ValidationError, match="Just talked"):
        log()
    assert contacts() == []


def test_someone_who_just_talked_is_a_contact(log, contacts):
    log(just_talked=True)
    assert [contact.lines.count() for contact in contacts()] == [0]


@pytest.mark.parametrize("facts", [{"others_reached": 1000}, {"used_returned": 100_000}, {"used_returned": -1}])
def test_an_impossible_number_is_refused(log, contacts, facts):
    with pytest.raises(ValidationError):
        log(**facts)
    assert contacts() == []


def test_another_groups_kit_or_site_is_refused(log, contacts, dee, as_member):
    with as_member(dee):
        kit = make_kit(dee.group, "Theirs", {SYRINGE: 1})
        site = Site.objects.create(group=dee.group, name="Theirs", kind=Site.Kind.HOME)
    for facts in ({"kits": {kit: 1}}, {"site": site, "used_returned": 1}):
        with pytest.raises(ValidationError, match="another group"):
            log(**facts)
    assert contacts() == []


def test_the_database_itself_refuses_a_kit_of_another_group(caro, dee, item):
    with isolation.context(groups=[caro.group_id, dee.group_id]):
        kit = Kit.objects.create(group=dee.group, name="Theirs")
        now = rounded(timezone.now())
        contact = Contact.objects.create(id=new_contact_id(now), group=caro.group, at=now, local_day=now.date())
        ContactLine.objects.create(contact=contact, group=caro.group, item=item(SYRINGE), kit=kit, quantity=1)
        with pytest.raises(IntegrityError, match="kit_id_of_same_group"), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)


def test_a_member_without_the_power_cannot_log(ben, as_member):
    now = timezone.now()
    with as_member(ben), pytest.raises(PermissionDenied):
        actions.log_contact(by=ben, id=new_contact_id(now), at=now, used_returned=1)


def test_the_journal_says_who_logged_it(log, caro, as_member):
    contact = log(used_returned=1)
    with as_member(caro):
        entry = JournalEntry.objects.get(verb="log_contact")
    assert (entry.actor, entry.object_id) == (caro.person_id, contact.pk)


def test_the_note_is_sealed_in_the_database(log, contacts):
    contact = log(used_returned=1, note="asked for strips next week")
    with isolation.context(groups=[contact.group_id]), connection.cursor() as cursor:
        cursor.execute("SELECT note FROM outreach_contact")
        (stored,) = cursor.fetchone()
    assert b"strips" not in bytes(stored)
    assert contacts()[0].note == "asked for strips next week"


def test_many_at_once_give_the_same_rows(log, caro, as_member, night_kit, item, van):
    now = timezone.now()
    facts = {
        "at": now,
        "site": van,
        "for_self": False,
        "others_reached": 3,
        "lines": {item(SYRINGE): 5, item("foil"): 0},
        "kits": {night_kit: 2},
        "used_returned": 7,
        "note": "same",
    }
    one = log(id=new_contact_id(now), **facts)
    other = new_contact_id(now)
    with as_member(caro):
        assert actions.log_past_contacts(by=caro, entries=[actions.ContactEntry(id=other, **facts)]) == 1
        rows = [
            (
                {name: getattr(contact, name) for name in ("group", "site", "worker", "at", "local_day", "for_self")}
                | {name: getattr(contact, name) for name in ("others_reached", "used_returned", "note")},
                set(contact.lines.values_list("item", "kit", "quantity", "group")),
                JournalEntry.objects.get(object_id=contact.pk).verb,
            )
            for contact in (Contact.objects.get(pk=one.pk), Contact.objects.get(pk=other))
        ]
    assert rows[0] == rows[1]
