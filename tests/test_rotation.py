"""Keys change while people work, and no word is lost on the way, whatever interrupts it."""

import fcntl
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from groups.models import Group, Meeting, Person
from hrplatform import isolation, retention, rotation, sealing
from tests.conftest import World
from tests.sealed_rows import CANARY, meeting_of, place_of, sealed_rows, stored, words_of


@pytest.fixture(autouse=True)
def key_file(settings, tmp_path: Path) -> Path:
    """A key of this test's own, made before anyone's ring is wrapped."""
    settings.MASTER_KEY = ""
    settings.MASTER_KEY_PATH = tmp_path / "keys" / "master_key"
    sealing.write_master_keyring(sealing.Keyring.new())
    return settings.MASTER_KEY_PATH


@pytest.fixture
def inside(world: World):
    """Everything of the union, and of Ana, is visible."""
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        yield


def age(key_file: Path) -> None:
    """As if the last rotation were eleven minutes ago."""
    then = key_file.stat().st_mtime - 660
    os.utime(key_file, (then, then))


def master_numbers(key_file: Path) -> list[int]:
    return sorted(sealing.Keyring.from_text(key_file.read_text()).keys)


def ring_of(world: World) -> sealing.Keyring:
    return Group.objects.get(pk=world.union.pk).keyring


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(world, inside, key_file):
    rows, old = sealed_rows(world), key_file.read_text()
    rotation.rotate()
    assert master_numbers(key_file) == [1, 2]
    assert all(set(words_of(row)) == {CANARY} for row in rows)
    key_file.write_text(old)
    for row in rows:
        with pytest.raises(sealing.SealBroken):
            words_of(row)


def test_new_data_keys_seal_every_value_again(world, inside, key_file):
    rows = sealed_rows(world)
    report = rotation.rotate(data_keys=True)
    assert report.values >= sum(len(sealing.sealed_fields(type(row))) for row in rows)
    for row in rows:
        for field in sealing.sealed_fields(type(row)):
            assert sealing.Keyring.number_in(stored(row, field.name)) == 2
        assert set(words_of(row)) == {CANARY}
    assert sorted(ring_of(world).keys) == [1, 2], "a request that began before may still seal with the old one"


def test_old_keys_are_dropped_once_nothing_needs_them(world, inside, key_file):
    rows = sealed_rows(world)
    rotation.rotate(data_keys=True)
    age(key_file)
    report = rotation.drop_old()
    assert report.master_keys_dropped == 1
    assert master_numbers(key_file) == [2]
    assert sorted(ring_of(world).keys) == [2]
    assert all(set(words_of(row)) == {CANARY} for row in rows)


def test_old_keys_stay_for_ten_minutes(world, key_file):
    rotation.rotate()
    with pytest.raises(rotation.RotationRefused, match="ten minutes"):
        rotation.drop_old()
    assert master_numbers(key_file) == [1, 2]


def test_words_sealed_with_an_old_key_meanwhile_are_not_lost(world, inside, key_file):
    slow = Group.objects.get(pk=world.union.pk)
    assert slow.keyring.newest == 1
    rotation.rotate(data_keys=True)
    meeting = meeting_of(slow, CANARY)
    assert sealing.Keyring.number_in(stored(meeting, "place")) == 1
    assert place_of(meeting) == CANARY
    age(key_file)
    rotation.drop_old()
    assert place_of(meeting) == CANARY


def test_saving_what_was_read_before_a_rotation_does_not_put_the_old_ring_back(world, inside):
    rows = sealed_rows(world)
    slow_group, slow_person = Group.objects.get(pk=world.union.pk), Person.objects.get(pk=world.ana.person_id)
    rotation.rotate(data_keys=True)
    slow_group.about = "changed"
    slow_group.save()
    slow_person.save()
    assert all(set(words_of(row)) == {CANARY} for row in rows)
    assert Group.objects.get(pk=world.union.pk).about == "changed"


@pytest.mark.parametrize("done_before", [0, 1])
def test_a_rotation_cut_short_is_finished_by_the_next_run(world, inside, key_file, done_before):
    rows = sealed_rows(world)
    # What a kill leaves behind: the new key in its file, and some rings, none or one, wrapped with it.
    sealing.write_master_keyring(sealing.master_keyring().with_new_key())
    for group in Group.objects.filter(pk=world.union.pk)[:done_before]:
        group.wrap(group.keyring)
        group.save()
    assert rotation.rotate().resumed
    assert master_numbers(key_file) == [1, 2]
    age(key_file)
    rotation.drop_old()
    assert master_numbers(key_file) == [2]
    assert all(set(words_of(row)) == {CANARY} for row in rows)


def test_every_ring_is_moved_those_of_other_groups_and_people_too(world, key_file):
    rotation.rotate()
    with isolation.context(errand=retention.ERRAND):
        rings = [*Group.objects.values_list("wrapped_keys"), *Person.objects.values_list("wrapped_keys")]
    assert len(rings) == 6
    assert {sealing.Keyring.number_in(bytes(wrapped)) for (wrapped,) in rings} == {2}


def test_a_value_that_does_not_open_is_named_and_keeps_its_keys(world, inside, key_file):
    good, bad = meeting_of(world.union, CANARY), meeting_of(world.union, CANARY)
    Meeting.objects.filter(pk=bad.pk).update(place=stored(good, "place"))
    out, error = StringIO(), StringIO()
    with pytest.raises(CommandError, match="left as it is"):
        call_command("rotate_keys", "--data-keys", stdout=out, stderr=error)
    assert f"groups.Meeting {bad.pk} place" in error.getvalue()
    assert place_of(good) == CANARY
    age(key_file)
    with pytest.raises(CommandError, match="left as it is"):
        call_command("rotate_keys", "--drop-old", stdout=out, stderr=error)
    assert master_numbers(key_file) == [1, 2]
    assert sorted(ring_of(world).keys) == [1, 2]


def test_a_key_in_a_variable_is_not_rotated_and_the_way_is_told(world, settings, key_file):
    settings.MASTER_KEY = key_file.read_text()
    for step in ((), ("--data-keys",), ("--drop-old",)):
        with pytest.raises(CommandError, match="name the file in MASTER_KEY_FILE"):
            call_command("rotate_keys", *step)


def test_without_the_key_nothing_is_rotated(world, key_file):
    key_file.unlink()
    with pytest.raises(CommandError, match="Put the key back"):
        call_command("rotate_keys")
    assert not key_file.exists()


def test_two_rotations_at_once_are_refused(world, key_file):
    folder = os.open(key_file.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        with pytest.raises(CommandError, match="Another rotation"):
            call_command("rotate_keys")
    finally:
        os.close(folder)
    assert master_numbers(key_file) == [1]


def test_the_key_file_is_readable_by_its_user_alone(db, key_file):
    rotation_time = timezone.now() + timedelta(minutes=11)
    assert key_file.stat().st_mode & 0o777 == 0o600
    rotation.rotate()
    rotation.drop_old(now=rotation_time)
    assert key_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_being_written_is_not_waited_for_and_keeps_its_key(world, key_file):
    with isolation.context(groups=[world.union.pk]):
        busy, free = meeting_of(world.union, CANARY), meeting_of(world.union, CANARY)
    url = urlsplit(project.DATABASE_ADMIN_URL)._replace(path=f"/{connections['default'].settings_dict['NAME']}")
    with psycopg.connect(urlunsplit(url)) as writer:
        writer.execute("SELECT 1 FROM groups_meeting WHERE id = %s FOR UPDATE", [busy.pk])
        rotation.rotate(data_keys=True)
        with isolation.context(groups=[world.union.pk]):
            assert [sealing.Keyring.number_in(stored(each, "place")) for each in (busy, free)] == [1, 2]
        age(key_file)
        with pytest.raises(CommandError, match="1 values were being written"):
            call_command("rotate_keys", "--drop-old", stdout=StringIO())
        assert master_numbers(key_file) == [1, 2]
    report = rotation.drop_old(now=timezone.now() + timedelta(minutes=11))
    assert (report.values, report.master_keys_dropped) == (1, 1)
    with isolation.context(groups=[world.union.pk]):
        assert [place_of(each) for each in (busy, free)] == [CANARY, CANARY]
