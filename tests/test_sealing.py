"""What a seized disk must not tell is sealed: to its row, its column and its owner, and under keys that can change."""

import fcntl
import os
import pickle
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connections, models, transaction
from django.forms import modelform_factory
from django.urls import reverse
from django.utils import timezone
from psycopg import sql

from groups.models import Group, Meeting, MeetingSeries, Membership, Person
from hrplatform import isolation, retention, rotation, sealing
from outreach.models import Contact
from outreach.models.contacts import new_contact_id
from tests.conftest import World

CANARY = "canary-Kanarienvogel-6f1c-канарейка"
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)


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


def meeting_of(group: Group, place: str = "") -> Meeting:
    return Meeting.objects.create(group=group, title="Thursday", starts_at=MIDNIGHT, place=place)


def sealed_rows(world: World) -> list[models.Model]:
    """One row of every model that seals anything, with the canary in each sealed field."""
    union, ana = world.union, world.ana.person
    rows: list[models.Model] = [
        Person.objects.get(pk=ana.pk),
        Membership.objects.get(pk=world.ana.pk),
        Meeting(group=union, title="Thursday", starts_at=MIDNIGHT),
        MeetingSeries(group=union, title="Thursdays", first_local="2026-11-20T19:00", recurrence="FREQ=WEEKLY"),
        Contact(id=new_contact_id(MIDNIGHT), group=union, worker=ana, at=MIDNIGHT, local_day=date(2026, 11, 20)),
    ]
    for row in rows:
        for field in sealing.sealed_fields(type(row)):
            setattr(row, field.name, CANARY)
        row.save()
    return rows


def words_of(row: models.Model) -> list[str]:
    fresh = type(row)._base_manager.get(pk=row.pk)
    return [getattr(fresh, field.name) for field in sealing.sealed_fields(type(row))]


def stored(row: models.Model, field: str) -> bytes:
    return bytes(type(row)._base_manager.values_list(field, flat=True).get(pk=row.pk) or b"")


def age(key_file: Path) -> None:
    """As if the last rotation were eleven minutes ago."""
    then = key_file.stat().st_mtime - 660
    os.utime(key_file, (then, then))


# --- What is stored -------------------------------------------------------------------------------------------------


def test_this_file_tries_every_model_that_seals(world, inside):
    assert {type(row) for row in sealed_rows(world)} == set(sealing.models_with_sealed_fields())


def test_every_sealed_field_reads_back(world, inside):
    for row in sealed_rows(world):
        assert set(words_of(row)) == {CANARY}


@pytest.mark.django_db(transaction=True)
def test_no_table_holds_the_words(world):
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        rows = sealed_rows(world)
    url = urlsplit(project.DATABASE_BACKUP_URL)._replace(path=f"/{connections['default'].settings_dict['NAME']}")
    dump: dict[str, bytes] = {}
    with psycopg.connect(urlunsplit(url)) as backup:
        for (table,) in backup.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall():
            with backup.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                dump[table] = b"".join(bytes(part) for part in copy)
    for row in rows:
        assert str(row.pk).encode() in dump[row._meta.db_table], "what is not sealed is found"
    for table, content in dump.items():
        assert CANARY.encode() not in content, table
        assert CANARY.encode().hex().encode() not in content, table


@pytest.mark.django_db(transaction=True)
def test_no_file_of_the_database_holds_the_words(world):
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        sealed_rows(world)
        meeting_of(world.union).save()
        Group.objects.filter(pk=world.union.pk).update(about="plain-canary-6f1c")
    url = urlsplit(project.DATABASE_ADMIN_URL)._replace(path=f"/{connections['default'].settings_dict['NAME']}")
    with psycopg.connect(urlunsplit(url), autocommit=True) as admin:
        admin.execute("CHECKPOINT")
        (folder,) = admin.execute("SHOW data_directory").fetchone()
    try:
        files = [file for file in Path(folder).rglob("*") if file.is_file()]
        contents = [file.read_bytes() for file in files]
    except PermissionError:
        pytest.skip("The files of this database server belong to another user.")
    if not contents:
        pytest.skip("The files of this database server are on another machine.")
    assert any(b"plain-canary-6f1c" in content for content in contents), "what is not sealed is found"
    assert not [file for file, content in zip(files, contents, strict=True) if CANARY.encode() in content]


def test_blank_words_stay_blank_and_need_no_key(world, inside, key_file):
    meeting = meeting_of(world.union)
    key_file.unlink()
    assert stored(meeting, "place") == b""
    assert Meeting.objects.get(pk=meeting.pk).place == ""


def test_the_same_words_never_look_the_same(world, inside):
    assert stored(meeting_of(world.union, CANARY), "place") != stored(meeting_of(world.union, CANARY), "place")


# --- Bound to their place -------------------------------------------------------------------------------------------


def test_words_moved_to_another_row_do_not_open(world, inside):
    here, there = meeting_of(world.union, CANARY), meeting_of(world.union, "elsewhere")
    Meeting.objects.filter(pk=there.pk).update(place=stored(here, "place"))
    with pytest.raises(sealing.SealBroken):
        words_of(there)


def test_words_moved_to_another_column_do_not_open(world, inside):
    meeting = meeting_of(world.union, CANARY)
    series = MeetingSeries.objects.create(
        id=meeting.pk, group=world.union, title="T", first_local="2026-11-20T19:00", recurrence="FREQ=WEEKLY"
    )
    MeetingSeries.objects.filter(pk=series.pk).update(place=stored(meeting, "place"))
    with pytest.raises(sealing.SealBroken):
        words_of(series)


def test_words_moved_to_another_group_do_not_open(world):
    with isolation.context(groups=[world.union.pk, world.elsewhere.pk]):
        meeting = meeting_of(world.union, CANARY)
        Meeting.objects.filter(pk=meeting.pk).update(group=world.elsewhere)
        with pytest.raises(sealing.SealBroken):
            words_of(meeting)


def test_a_ring_moved_to_another_group_does_not_open(world):
    with isolation.context(groups=[world.union.pk, world.elsewhere.pk]):
        Group.objects.filter(pk=world.elsewhere.pk).update(wrapped_keys=stored(world.union, "wrapped_keys"))
        with pytest.raises(sealing.SealBroken):
            assert Group.objects.get(pk=world.elsewhere.pk).keyring


def test_a_change_of_any_byte_is_noticed(world, inside):
    meeting = meeting_of(world.union, CANARY)
    sealed = stored(meeting, "place")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        meeting.place = bytes(changed)
        with pytest.raises(sealing.SealBroken):
            assert meeting.place
    for shorter in (sealed[:1], sealed[:3], sealed[:15], sealed[:-1]):
        meeting.place = shorter
        with pytest.raises(sealing.SealBroken):
            assert meeting.place


# --- In Python ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attempt",
    [
        lambda rows: rows.update(place="words"),
        lambda rows: rows.filter(place="words").exists(),
        lambda rows: rows.bulk_update([_with_place(row) for row in rows], ["place"]),
    ],
    ids=["update", "filter", "bulk_update"],
)
def test_words_cannot_be_written_or_compared_past_their_row(world, inside, attempt):
    meeting_of(world.union, CANARY)
    with pytest.raises(TypeError, match="sealed"), transaction.atomic():
        attempt(Meeting.objects.all())
    assert [meeting.place for meeting in Meeting.objects.all()] == [CANARY]


def _with_place(row: Meeting) -> Meeting:
    row.place = "words"
    return row


def test_words_can_be_blanked_with_one_statement(world, inside):
    meeting = meeting_of(world.union, CANARY)
    assert Meeting.objects.update(place="") == 1
    assert words_of(meeting) == [""]


def test_a_form_keeps_the_words_as_typed(world, inside):
    form = modelform_factory(Meeting, fields=["title", "place"])(
        {"title": "T", "place": CANARY}, instance=meeting_of(world.union)
    )
    assert words_of(form.save()) == [CANARY]


def test_words_of_a_row_without_a_key_of_its_own_are_refused(world, inside):
    with pytest.raises(ValueError, match="needs one"):
        Contact(group=world.union, at=MIDNIGHT, local_day=MIDNIGHT.date(), note=CANARY).save()


def test_neither_words_nor_keys_show_when_things_are_printed_or_pickled(world, inside):
    meeting = meeting_of(world.union, CANARY)
    ring = meeting.group.keyring
    shown = f"{meeting!r} {meeting.group!r} {ring!r} {Meeting.objects.values()!r} {ring.__dict__.keys()}"
    assert CANARY not in shown
    pickled = pickle.dumps(meeting.group)
    for key in ring.keys.values():
        assert repr(key) not in shown
        assert key not in pickled


# --- Without the key ------------------------------------------------------------------------------------------------


def test_without_the_master_key_nothing_opens_or_seals(world, inside, key_file):
    meeting = meeting_of(world.union, CANARY)
    key_file.unlink()
    with pytest.raises(sealing.KeyUnavailable):
        words_of(meeting)
    with pytest.raises(sealing.KeyUnavailable), transaction.atomic():
        meeting_of(Group.objects.get(pk=world.union.pk), "words")
    assert Meeting.objects.get(pk=meeting.pk).title == "Thursday", "what is not sealed can be listed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1:short",
        "x:" + "A" * 43 + "=",
        "1:" + "A" * 43 + "=\n1:" + "B" * 43 + "=",
        "0:" + "A" * 43 + "=",
        "\0",
        "ключ",
    ],
)
def test_a_key_file_that_makes_no_sense_is_as_good_as_none(key_file, text):
    key_file.write_text(text)
    assert not sealing.is_available()


def test_forgetting_the_key_closes_private_pages_and_no_public_one(world, sign_in, visitor, key_file):
    copy = key_file.read_bytes()
    (key_file.parent / "master_key.0badcafe").write_bytes(copy)
    private, public = reverse("groups:group-detail", args=[world.union.slug]), reverse("resources:home")
    client = sign_in(world.ana)
    assert client.get(private, secure=True).status_code == 200
    call_command("forget_key", "--yes", stdout=StringIO())
    assert list(key_file.parent.iterdir()) == []
    assert client.get(private, secure=True).status_code == 503
    assert visitor.get(public, secure=True).status_code == 200
    key_file.write_bytes(copy)
    assert client.get(private, secure=True).status_code == 200


def test_the_key_is_not_forgotten_by_mistake(key_file, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("forget_key", stdout=StringIO())
    assert sealing.is_available()


def test_a_key_that_is_gone_is_not_replaced_by_a_new_one(world, key_file):
    key_file.unlink()
    assert not sealing.begin()
    assert not key_file.exists()


# --- New keys for old -----------------------------------------------------------------------------------------------


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
    assert report.values == sum(len(sealing.sealed_fields(type(row))) for row in rows)
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
    assert words_of(meeting) == [CANARY]
    age(key_file)
    rotation.drop_old()
    assert words_of(meeting) == [CANARY]


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
    assert words_of(good) == [CANARY]
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
