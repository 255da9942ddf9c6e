"""What a seized disk must not tell is sealed: to its row, its column and its owner, and under keys that can change."""

import pickle
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.forms import modelform_factory
from django.urls import reverse
from psycopg import sql

from groups.models import Group, Meeting, MeetingSeries
from hrplatform import isolation, sealing
from outreach.models import Contact
from tests.conftest import World
from tests.sealed_rows import CANARY, MIDNIGHT, meeting_of, place_of, sealed_rows, stored, words_of


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
    assert place_of(meeting) == ""


def test_a_form_keeps_the_words_as_typed(world, inside):
    form = modelform_factory(Meeting, fields=["title", "place"])(
        {"title": "T", "place": CANARY}, instance=meeting_of(world.union)
    )
    assert place_of(form.save()) == CANARY


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
