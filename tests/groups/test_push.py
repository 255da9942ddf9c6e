"""Reminders on a phone or computer: sealed end to end, told once, and only to where a push may go."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import time
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groups import actions
from groups.models import Device, Membership, Reminder
from groups.models.devices import mark_of
from hrplatform import isolation, pushing
from hrplatform.pushing import BadEndpoint, Outcome, PushRun, Target
from tests.groups.test_reminders import choose, deliver
from tests.push_service import BrowserDevice, PushService

PUSH = Reminder.Channel.PUSH


@pytest.fixture
def service(settings) -> Iterator[PushService]:
    made = PushService()
    settings.PUSH_TRUSTED_ORIGINS = [made.origin]
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def _own_key(tmp_path: Path, settings) -> None:
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PRIVATE_KEY_PATH = "", tmp_path / "vapid_key"


def allow(member: Membership, device: BrowserDevice) -> Device:
    with isolation.context(person=member.person_id, groups=[member.group_id]):
        return actions.add_device(by=member.person, target=device.target)


def schedule(by: Membership) -> None:
    starts = (timezone.now().astimezone(by.group.zone) + timedelta(hours=20)).replace(tzinfo=None)
    with isolation.context(person=by.person_id, groups=[by.group_id]):
        actions.schedule_meeting(by=by, title="Thursday circle of secrets", starts=starts, place="Back room")


def pushes_waiting(member: Membership) -> int:
    with isolation.context(groups=[member.group_id]):
        return Reminder.objects.waiting().filter(person=member.person, channel=PUSH).count()


# --- What arrives -----------------------------------------------------------------------------------------------------


def test_a_device_shows_the_neutral_words_once(ana, ben, service):
    device = service.new_device()
    allow(ben, device)
    schedule(ana)
    deliver()
    deliver()
    assert len(device.shown) == 1
    shown = device.shown[0]
    assert shown["title"] == "A reminder"
    assert shown["body"].startswith("A reminder: you have something on")
    assert (shown["lang"], shown["dir"]) == ("en", "ltr")
    for telling in ("Night Union", "secrets", "Back room", "meeting", "drug"):
        assert telling not in str(shown)


def test_the_service_reads_nothing_and_can_check_who_sends(ana, ben, service, settings):
    device = service.new_device()
    allow(ben, device)
    schedule(ana)
    deliver()
    (received,) = service.received
    assert b"reminder" not in received.body
    assert received.headers["Content-Encoding"] == "aes128gcm"
    assert 3600 <= int(received.headers["TTL"]) <= 3 * 24 * 3600
    assert len(received.headers["Topic"]) <= 32
    assert received.claims["aud"] == service.origin
    assert time() < received.claims["exp"] < time() + 24 * 3600
    assert received.headers["Authorization"].endswith(f",k={pushing.public_key()}")
    assert not [value for value in received.headers.values() if str(ben.person_id) in value]


def test_every_message_has_the_same_size(ana, ben, service, as_member):
    device = service.new_device()
    allow(ben, device)
    schedule(ana)
    with as_member(ana):
        facts = {"group": ana.group, "people": [ben.person], "about": uuid4(), "at": timezone.now()}
        actions.tell(occasion=Reminder.Occasion.APPLICATION, **facts)
        actions.tell(occasion=Reminder.Occasion.REMOVED, **facts)
    deliver()
    assert len({len(each.body) for each in service.received}) == 1
    assert len(service.received) == 3


def test_two_devices_of_one_person_both_show_it(ana, ben, service):
    devices = [service.new_device(), service.new_device()]
    for device in devices:
        allow(ben, device)
    schedule(ana)
    deliver()
    assert [len(device.shown) for device in devices] == [1, 1]


def test_names_come_only_to_who_chose_them(ana, ben, service, as_member):
    device = service.new_device()
    allow(ben, device)
    with as_member(ben):
        choose(ben, 1440, channels=(PUSH,), words="named")
    schedule(ana)
    deliver()
    assert device.shown[0]["body"].startswith("Night Union: Thursday circle of secrets\n")
    assert "Back room" not in str(device.shown)


# --- What does not arrive ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten_and_nothing_is_tried_again(ana, ben, service, status):
    allow(ben, service.new_device())
    schedule(ana)
    service.answer = status
    deliver()
    with isolation.context(person=ben.person_id):
        assert not Device.objects.exists()
    assert pushes_waiting(ben) == 0


@pytest.mark.parametrize("status", [301, 429, 500, 503])
def test_a_service_in_trouble_is_asked_again_later(ana, ben, service, status):
    device = service.new_device()
    allow(ben, device)
    schedule(ana)
    service.answer = status
    deliver()
    with isolation.context(groups=[ben.group_id]):
        row = Reminder.objects.get(person=ben.person, channel=PUSH)
        assert row.sent_at is None
        assert row.due_at > timezone.now()
        Reminder.objects.filter(pk=row.pk).update(due_at=timezone.now())
    assert device.shown == []
    service.answer = None
    deliver()
    assert len(device.shown) == 1


def test_a_service_that_is_away_is_asked_once_for_each_run(service):
    device = service.new_device()
    service.stop()
    run = PushRun()
    assert run.send(device.target, {"title": "x"}, seconds=60, topic="a") is Outcome.LATER
    began = time()
    assert run.send(device.target, {"title": "x"}, seconds=60, topic="a") is Outcome.LATER
    assert run.away == {service.origin}
    assert time() - began < 1


BAD = [
    "http://push.example.org/x",
    "ftp://push.example.org/x",
    "https:///x",
    "https://user:word@push.example.org/x",
    "https://push.example.org:8443/x",
    "https://localhost/x",
    "https://valkey/x",
    "https://127.0.0.1/x",
    "https://10.1.2.3/x",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[2002:7f00:1::]/x",
    "https://[fd00::1]/x",
    "https://224.0.0.1/x",
    "https://push.example.org/x y",
    "https://push.example.org\\@10.0.0.1/x",
    "https://[nothing/x",
    "https://push.example.org:port/x",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("endpoint", BAD)
def test_an_address_that_may_not_be_asked_is_refused(endpoint, ben, sign_in, service):
    with pytest.raises(BadEndpoint):
        pushing.checked(endpoint)
    good = service.new_device().target
    sent = {"endpoint": endpoint, "p256dh": good.p256dh, "auth": good.auth}
    answer = sign_in(ben).post("/me/devices/add/", sent)
    assert answer.status_code == 422
    assert "no address that we can reach" in answer.content.decode()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "::1", "fe80::1%lo", "169.254.169.254", "0.0.0.0"])
def test_a_public_name_with_a_private_address_is_not_connected_to(monkeypatch, service, address):
    """Whoever owns a name decides what it means; also when only one of its addresses is ours."""

    def look_up(*question: object, **more: object) -> list[object]:
        return [(2, 1, 6, "", (each, 443)) for each in ("93.184.215.14", address)]

    def connect(*question: object) -> socket.socket:
        raise AssertionError("it was connected to")

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    monkeypatch.setattr("socket.create_connection", connect)
    good = service.new_device().target
    target = Target("https://push.example.org/x", good.p256dh, good.auth)
    assert PushRun().send(target, {"title": "x"}, seconds=60, topic="a") is Outcome.GONE


@pytest.mark.parametrize("changed", [{"p256dh": "A" * 87}, {"auth": "short"}, {"p256dh": ""}, {"auth": "\x00" * 22}])
def test_keys_that_are_none_are_refused(ben, sign_in, service, changed):
    good = service.new_device().target
    sent = {"endpoint": good.endpoint, "p256dh": good.p256dh, "auth": good.auth, **changed}
    assert sign_in(ben).post("/me/devices/add/", sent).status_code == 422
    with isolation.context(person=ben.person_id):
        assert not Device.objects.exists()


# --- Devices ----------------------------------------------------------------------------------------------------------


def test_adding_a_device_on_the_page_and_taking_it_away_in_one_tap(ben, sign_in, service, as_member):
    client, target = sign_in(ben), service.new_device().target
    sent = {"endpoint": target.endpoint, "p256dh": target.p256dh, "auth": target.auth}
    for _ in range(2):
        assert client.post("/me/devices/add/", sent).status_code == 302
    page = client.get("/me/reminders/").content.decode()
    assert page.count("Added on") == 1, "a second tap adds nothing"
    assert target.endpoint not in page
    with as_member(ben):
        assert PUSH in Membership.objects.get(pk=ben.pk).reminder_channels
        device = Device.objects.get()
    assert client.post(f"/me/devices/{device.pk}/remove/").status_code == 302
    assert "Added on" not in client.get("/me/reminders/").content.decode()
    with as_member(ben):
        assert PUSH not in Membership.objects.get(pk=ben.pk).reminder_channels


def test_nobody_takes_away_somebody_elses_device(ana, ben, sign_in, service):
    device = allow(ben, service.new_device())
    assert sign_in(ana).post(f"/me/devices/{device.pk}/remove/").status_code == 302
    with isolation.context(person=ben.person_id):
        assert Device.objects.filter(pk=device.pk).exists()


def test_a_phone_that_changes_hands_shows_only_the_new_persons_reminders(ana, ben, service):
    device = service.new_device()
    allow(ben, device)
    allow(ana, device)
    with isolation.context(person=ben.person_id):
        assert not Device.objects.exists()
    with isolation.context(person=ana.person_id):
        assert Device.objects.count() == 1


def test_the_database_holds_no_address_of_a_device(ben, service):
    device = service.new_device()
    allow(ben, device)
    with isolation.context(person=ben.person_id), connection.cursor() as cursor:
        cursor.execute("SELECT groups_device::text FROM groups_device")
        row = str(cursor.fetchall())
    for secret in (device.name, device.target.p256dh, device.target.auth):
        assert secret not in row
        assert secret.encode().hex() not in row


def test_a_person_has_at_most_ten_devices(ben, service):
    for _ in range(Device.MAXIMUM + 2):
        last = allow(ben, service.new_device())
    with isolation.context(person=ben.person_id):
        assert Device.objects.count() == Device.MAXIMUM
        assert Device.objects.filter(pk=last.pk).exists()


def test_the_mark_of_a_device_depends_on_the_secret_key(settings):
    before = mark_of("https://push.example.org/x")
    settings.SECRET_KEY = "another" * 10
    assert mark_of("https://push.example.org/x") != before


# --- The key, the worker, the page ------------------------------------------------------------------------------------


def test_the_key_is_made_once_and_only_its_user_reads_it(settings):
    first = pushing.public_key()
    assert pushing.public_key() == first
    assert Path(settings.VAPID_PRIVATE_KEY_PATH).stat().st_mode & 0o777 == 0o600
    settings.VAPID_PRIVATE_KEY = Path(settings.VAPID_PRIVATE_KEY_PATH).read_text()
    settings.VAPID_PRIVATE_KEY_PATH = "/nowhere"
    assert pushing.public_key() == first


def test_without_a_key_the_page_says_so_and_works(ben, sign_in, settings):
    settings.VAPID_PRIVATE_KEY = "not a key"
    answer = sign_in(ben).get("/me/reminders/")
    assert answer.status_code == 200
    assert "This is not set up here" in answer.content.decode()


def test_the_worker_is_a_script_for_everyone_and_may_not_be_kept_old(visitor):
    answer = visitor.get("/push-worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert not answer.cookies


def test_only_this_page_allows_one_named_policy_for_the_worker(ben, sign_in):
    client = sign_in(ben)
    assert "trusted-types push-worker;" in client.get("/me/reminders/")["Content-Security-Policy"] + ";"
    assert "trusted-types 'none'" in client.get("/me/")["Content-Security-Policy"]


def test_devices_take_the_same_queries_for_two_and_for_ten(ben, sign_in, service):
    client, counts = sign_in(ben), []
    client.get("/me/reminders/")
    for more in (2, 8):
        for _ in range(more):
            allow(ben, service.new_device())
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/me/reminders/").content.decode().count("Added on") in (2, 10)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_words_and_time_are_the_persons_own(ana, ben, service, as_member):
    with as_member(ben):
        ben.person.time_zone = "Asia/Bishkek"
        ben.person.save(update_fields=["time_zone"])
    device = service.new_device()
    allow(ben, device)
    schedule(ana)
    deliver()
    with as_member(ana):
        at = Reminder.objects.filter(person=ben.person).first().occasion_at
    assert f"{at.astimezone(ben.person.zone):%H:%M}" in device.shown[0]["body"]
