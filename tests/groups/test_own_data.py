"""A person downloads everything held about them, and nothing about anyone else."""

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from groups import actions, own_data
from groups.actions.memberships import add_member
from groups.models import Application, Membership
from hrplatform import isolation
from hrplatform.retention import Policy
from outreach.actions import load_catalogue, log_contact
from outreach.models import Item
from outreach.models.contacts import new_contact_id
from tests.conftest import PASSPHRASE, make_person

AsMember = Callable[[Membership], AbstractContextManager[None]]


def again(membership: Membership) -> Membership:
    return Membership.objects.select_related("group", "person").get(pk=membership.pk)


def unpacked(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {
            name: json.loads(archive.read(name)) if name.endswith(".json") else archive.read(name).decode()
            for name in archive.namelist()
        }


@pytest.fixture
def held(ana: Membership, caro: Membership, as_member: AsMember) -> dict[str, Any]:
    now = timezone.now()
    with as_member(ana):
        load_catalogue()
        item = Item.objects.order_by("pk")[0]
        log_contact(by=again(caro), id=new_contact_id(now), at=now, note="Left by the stairs.", lines={item: 2})
        log_contact(by=again(ana), id=new_contact_id(now), at=now, used_returned=1, note="Ana wrote this.")
        mine = again(caro)
        mine.private_note = "Bring the key."
        mine.save(update_fields=["private_note"])
    return unpacked(own_data.as_zip(caro.person))


def test_everything_is_in_it_with_sealed_words_opened(held, caro):
    assert held["groups.Person.json"][0]["handle"] == "caro"
    membership = held["groups.Membership.json"][0]
    assert membership["group"] == "Night Union"
    assert membership["private_note"] == "Bring the key."
    assert [contact["note"] for contact in held["outreach.Contact.json"]] == ["Left by the stairs."]
    assert [line["quantity"] for line in held["outreach.ContactLine.json"]] == [2]
    assert {entry["actor"] for entry in held["groups.JournalEntry.json"]} == {str(caro.person_id)}


def test_what_opens_something_is_not_in_it(held):
    policy = Policy.load()
    for name, rows in held.items():
        if name.endswith(".json") and name != "fields.json":
            secret = {field for field, rule in policy.models[name[:-5]].fields.items() if rule.kind == "secret"}
            assert not secret & {field for row in rows for field in row}


def test_nobody_else_is_in_it(held, ana, ben, dee):
    everything = json.dumps(held)
    for other in (ana, ben, dee):
        assert other.person.handle not in {row.get("handle") for row in held["groups.Person.json"]}
        for pk in (other.pk, other.person_id):
            assert str(pk) not in everything
    assert "Ana wrote this." not in everything


def test_a_backing_of_anothers_application_does_not_show_the_other(ana, ben, dee, as_member):
    with as_member(ana):
        application = Application(group=ana.group, person=dee.person)
        application.answers_json = '[["What?", "Dee wrote this."]]'
        application.save()
        for number in range(2):  # So many that one is not enough, and the answers stay.
            add_member(by=ana, person=make_person(f"more-{number}"), standing="peer")
        actions.back_application(by=again(ben), application=application)
    content = json.dumps(unpacked(own_data.as_zip(ben.person)))
    assert "Dee wrote this." not in content
    assert str(dee.person_id) not in content


def test_each_file_says_what_its_fields_are(held):
    assert held["fields.json"]["groups.Person"]["email"]["days"] == 730
    assert "everything held about you" in held["README.txt"]


def test_it_needs_the_passphrase_of_the_last_quarter_of_an_hour(caro, sign_in):
    client: Client = sign_in(caro)
    for answer in (client.get("/me/data/"), client.post("/me/data/")):
        assert answer["Location"].startswith("/account/reauthenticate/")
    with time_machine.travel(timezone.now(), tick=False) as now:
        client.post("/account/reauthenticate/", {"password": PASSPHRASE})
        answer = client.post("/me/data/")
        assert answer["Content-Type"] == "application/zip"
        assert "no-store" in answer["Cache-Control"]
        assert "caro" in unpacked(answer.content)["groups.Person.json"][0]["handle"]
        now.shift(901)
        assert client.post("/me/data/").status_code == 302


def test_what_was_held_in_a_group_one_has_left_is_in_it_too(ben, as_member):
    with as_member(ben):
        actions.leave_group(by=again(ben))
    with isolation.context():
        held = unpacked(own_data.as_zip(ben.person))
    assert held["groups.Membership.json"][0]["left_on"]
    assert [entry["verb"] for entry in held["groups.JournalEntry.json"]] == ["leave_group"]
