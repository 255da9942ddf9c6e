"""Leaving with everything: one file, from which the group goes on elsewhere, or nothing at all is brought there."""

import csv
import io
import json
import random
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zipfile import ZIP_DEFLATED, ZipFile

import psycopg
import pytest
from django.apps import apps
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from psycopg import sql

from groups import actions, archive
from groups.actions.importing import ArchiveRefused, import_group
from groups.actions.journal import first_broken_entry
from groups.models import Group, Invitation, Membership, Person
from groups.returning import link_for, whose
from groups.tasks import remove_erased_groups
from hrplatform import isolation
from hrplatform.locked_files import PIECE, LockBroken, LockedReader, LockedWriter
from tests.conftest import PASSPHRASE, World
from tests.groups.test_erase_group import decide
from tests.sealed_rows import CANARY, sealed_rows
from tests.test_access import Things, things  # noqa: F401 (a fixture: the union with one of everything)

# What is a person's own, in whatever group: it goes along with nobody else.
PERSONAL = {"groups.ApiToken", "groups.CalendarFeed", "groups.Device"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def union(world: World, things: Things) -> Group:  # noqa: F811
    """The union with one of everything, and words in every sealed field."""
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        sealed_rows(world)
        Group.objects.filter(pk=world.union.pk).update(about="=cmd|' /C calc'!A0")
        return Group.objects.get(pk=world.union.pk)


def taken_along(group: Group, passphrase: str = "") -> bytes:
    file = io.BytesIO()
    with isolation.context(groups=[group.pk], at_one_moment=True):
        actions.export_group(by=None, group=group, file=file, passphrase=passphrase)
    return file.getvalue()


def counts_of(group: Group) -> dict[str, int]:
    with isolation.context(groups=[group.pk]):
        return {model._meta.label: archive.rows(model, group).count() for model in archive.carried_models()}


def everything_of(group: Group) -> dict[str, list[dict[str, Any]]]:
    with isolation.context(groups=[group.pk]):
        group = Group.objects.get(pk=group.pk)
        return {model._meta.label: list(archive.lines(model, group)) for model in archive.carried_models()}


def leave_no_trace(world: World, *, of_people: bool = True) -> None:
    """As in another instance: the group is not there, nor what it published; and nobody of it has an account."""
    decide(world)
    remove_erased_groups()
    url = urlsplit(project.DATABASE_ADMIN_URL)._replace(path=f"/{connections['default'].settings_dict['NAME']}")
    with psycopg.connect(urlunsplit(url), autocommit=True) as admin:
        for table in ("resources_source", "resources_guidetranslation", "resources_guide"):
            admin.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        if of_people:
            for label in PERSONAL:
                table = apps.get_model(label)._meta.db_table
                admin.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            admin.execute("DELETE FROM groups_person WHERE handle <> 'dee'")


# --- There and back ---------------------------------------------------------------------------------------------------


def test_a_group_goes_on_elsewhere_with_every_row_it_had(world: World, union: Group) -> None:
    file = taken_along(union)
    before, counts = everything_of(union), counts_of(union)
    assert counts["groups.Membership"] == 3
    leave_no_trace(world)
    brought = import_group(file=io.BytesIO(file))
    assert brought.counts == counts == counts_of(union)
    assert everything_of(union) == before
    with isolation.context(groups=[union.pk]):
        assert first_broken_entry(Group.objects.get(pk=union.pk)) is None


def test_words_are_sealed_again_with_new_keys(world: World, union: Group) -> None:
    file = taken_along(union)
    leave_no_trace(world)
    import_group(file=io.BytesIO(file))
    with isolation.context(groups=[union.pk]):
        brought = Group.objects.get(pk=union.pk)
        assert bytes(brought.wrapped_keys) != bytes(union.wrapped_keys)
        assert CANARY in {meeting.place for meeting in brought.meetings.all()}


def test_members_come_back_by_a_link_that_works_once(world: World, union: Group) -> None:
    file = taken_along(union)
    leave_no_trace(world)
    brought = import_group(file=io.BytesIO(file))
    assert sorted(person.handle for person in brought.returning) == ["ana", "ben", "caro"]
    [ana] = [person for person in brought.returning if person.handle == "ana"]
    link, visitor = link_for(ana), Client()
    assert "ana" in visitor.get(link).content.decode()
    words = "five words only I know"
    assert visitor.post(link, {"new_password1": words, "new_password2": words}).status_code == 302
    assert visitor.get(link).status_code == 410
    assert visitor.post("/sign-in/", {"login": "ana", "password": words}).status_code == 302
    assert "Night Union" in visitor.get(f"/groups/{brought.group.slug}/").content.decode()


def test_a_weak_passphrase_is_refused_and_the_link_still_works(world: World, union: Group) -> None:
    file = taken_along(union)
    leave_no_trace(world)
    person = import_group(file=io.BytesIO(file)).returning[0]
    link = link_for(person)
    assert Client().post(link, {"new_password1": "short", "new_password2": "short"}).status_code == 422
    assert Client().get(link).status_code == 200
    assert whose(world.dee.person_id, link.split("/")[-2]) is None


def test_who_has_an_account_here_keeps_it(world: World, union: Group) -> None:
    file = taken_along(union)
    leave_no_trace(world, of_people=False)
    assert import_group(file=io.BytesIO(file)).returning == []
    client = Client()
    client.post("/sign-in/", {"login": "ben", "password": PASSPHRASE})
    assert client.get(f"/groups/{union.slug}/").status_code == 200


def test_a_handle_that_somebody_here_has_is_changed_and_theirs_is_not(world: World, union: Group) -> None:
    file = taken_along(union)
    leave_no_trace(world)
    mine = Person.objects.create_user(handle="ana", password=PASSPHRASE)
    handles = [person.handle for person in import_group(file=io.BytesIO(file)).returning]
    assert "ana" not in handles
    assert any(handle.startswith("ana-") for handle in handles)
    assert Person.objects.get(handle="ana") == mine


def test_no_link_of_the_old_instance_opens_anything_in_the_new_one(world: World, union: Group, things: Things) -> None:  # noqa: F811
    file = taken_along(union)
    leave_no_trace(world)
    import_group(file=io.BytesIO(file))
    with isolation.context(groups=[union.pk]):
        assert Invitation.objects.exists()
    assert Client().get(f"/join/{things.invitation}/").status_code == 410


# --- What is in it ----------------------------------------------------------------------------------------------------


def test_the_file_says_what_it_is_and_holds_no_secret(world: World, union: Group, things: Things) -> None:  # noqa: F811
    with ZipFile(io.BytesIO(taken_along(union))) as zipped:
        schema = json.loads(zipped.read("schema.json"))
        names = {field for told in schema["models"].values() for field in told["fields"]}
        assert not names & {"wrapped_keys", "token_hash", "private_note", "password", "email", "attendance_code"}
        assert schema["models"]["groups.Meeting"]["fields"]["place"] == {
            "type": "SealedText",
            "class": "whereabouts",
            "can_be_empty": True,
        }
        assert "can read all of it" in zipped.read("README.txt").decode()
        rows = list(csv.DictReader(io.StringIO(zipped.read("csv/groups.Group.csv").decode("utf-8-sig"))))
        assert rows[0]["about"] == "'=cmd|' /C calc'!A0"
        together = b"".join(zipped.read(name) for name in zipped.namelist())
    assert CANARY.encode() in together
    assert str(world.elsewhere.pk).encode() not in together
    assert b'"dee"' not in together


def test_a_note_to_oneself_stays_with_oneself(world: World, union: Group) -> None:
    with isolation.context(person=world.ben.person_id, groups=[union.pk]):
        ben = Membership.objects.select_related("group").get(pk=world.ben.pk)
        ben.private_note = "for-my-eyes-4410"
        ben.save(update_fields=["private_note"])
    with ZipFile(io.BytesIO(taken_along(union))) as zipped:
        assert b"for-my-eyes-4410" not in b"".join(zipped.read(name) for name in zipped.namelist())


def test_every_model_that_a_group_owns_is_taken_along(world: World) -> None:
    left = {model._meta.label for model in isolation.owned_models()} - {
        model._meta.label for model in archive.carried_models()
    }
    assert left <= PERSONAL


def test_no_model_keeps_files_which_would_have_to_come_along() -> None:
    from django.db.models import FileField

    files = [
        field for model in isolation.owned_models() for field in model._meta.fields if isinstance(field, FileField)
    ]
    assert files == []


# --- The page and the commands ----------------------------------------------------------------------------------------


def at_home(handle: str) -> Client:
    client = Client()
    client.post("/sign-in/", {"login": handle, "password": PASSPHRASE})
    return client


def test_who_coordinates_gets_the_file_and_everybody_sees_that(world: World, union: Group) -> None:
    answer = at_home("ana").post(f"/groups/{union.slug}/take-along/", {"passphrase": ""})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="archive.zip"'
    assert ZipFile(io.BytesIO(answer.content)).testzip() is None
    assert (
        "Everything the group owns taken along" in at_home("ben").get(f"/groups/{union.slug}/journal/").content.decode()
    )


def test_the_page_asks_for_the_power_and_the_passphrase(world: World, union: Group, sign_in) -> None:
    place = f"/groups/{union.slug}/take-along/"
    assert at_home("ben").post(place).status_code == 403
    assert at_home("dee").post(place).status_code == 404
    assert sign_in(world.ana).post(place).headers["Location"].startswith("/account/reauthenticate/")
    assert at_home("ana").post(place, {"passphrase": "short"}).status_code == 422
    assert "can read them" in at_home("ana").get(place).content.decode()


def test_a_locked_file_opens_with_its_passphrase_only(world: World, union: Group) -> None:
    file = at_home("ana").post(f"/groups/{union.slug}/take-along/", {"passphrase": "a lock of my own"}).content
    assert CANARY.encode() not in file
    leave_no_trace(world)
    with pytest.raises(ArchiveRefused, match="passphrase"):
        import_group(file=io.BytesIO(file), passphrase="another lock entirely")
    assert import_group(file=io.BytesIO(file), passphrase="a lock of my own").group.pk == union.pk


def test_the_commands_take_a_group_there_and_back(world: World, union: Group, tmp_path: Path) -> None:
    file, said = tmp_path / "union.zip", io.StringIO()
    call_command("export_group", union.slug, str(file), stdout=said)
    assert "Whoever has it can read all of it." in said.getvalue()
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="cannot be made"):
        call_command("export_group", union.slug, str(file), stdout=said)
    with pytest.raises(CommandError, match="here already"):
        call_command("import_group", str(file), stdout=said)
    leave_no_trace(world)
    call_command("import_group", str(file), stdout=said)
    assert said.getvalue().count("/come-back/") == 3
    call_command("verify_journal", stdout=said)
    assert "2 of 2 journals are whole." in said.getvalue()


# --- What is wrong with it --------------------------------------------------------------------------------------------


def refused(file: bytes, union: Group) -> str:
    """Why it was refused, after looking that nothing of it was brought here."""
    with pytest.raises(ArchiveRefused) as why:
        import_group(file=io.BytesIO(file))
    with isolation.context(groups=[union.pk], errand="upkeep"):
        assert not Group.objects.filter(pk=union.pk).exists()
        assert not Membership.objects.exists()
    assert [person.handle for person in Person.objects.all()] == ["dee"]
    return str(why.value)


def changed(file: bytes, changes: dict[str, bytes | None], more: dict[str, bytes] | None = None) -> bytes:
    """The same archive with other contents in it."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(file)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = changes.get(name, old.read(name)) if name in changes else old.read(name)
            if content is not None:
                new.writestr(name, content)
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def forged(file: bytes, label: str, change) -> bytes:
    """An archive whose rows of one model were changed, and whose schema says so: what somebody can do by hand."""
    import hashlib

    with ZipFile(io.BytesIO(file)) as zipped:
        lines = [json.loads(line) for line in zipped.read(f"data/{label}.jsonl").splitlines()]
        schema = json.loads(zipped.read("schema.json"))
    lines = change(lines)
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    schema["models"][label] |= {"rows": len(lines), "sha256": hashlib.sha256(content).hexdigest()}
    return changed(file, {f"data/{label}.jsonl": content, "schema.json": json.dumps(schema).encode()})


def each(**facts: object):
    return lambda lines: [line | facts for line in lines]


def test_what_is_no_whole_archive_of_a_group_is_refused_whole(world: World, union: Group) -> None:
    file, dee = taken_along(union), str(world.dee.pk)
    leave_no_trace(world)
    other = str(world.elsewhere.pk)
    wrong = {
        "empty": b"",
        "no zip": b"hello" * 1000,
        "another zip": changed(file, {"schema.json": None}),
        "no schema": changed(file, {"schema.json": b"{}"}),
        "cut off": file[: len(file) // 2],
        "a path out": changed(file, {}, {"../../etc/passwd": b"x"}),
        "a file more": changed(file, {}, {"data/x.jsonl": b"x"}),
        "a file less": changed(file, {"people.jsonl": None}),
        "a row less": changed(file, {"data/groups.Role.jsonl": b""}),
        "a bomb": changed(file, {"README.txt": b"\0" * 50_000_000}),
        "another group's rows": forged(file, "groups.Role", each(group=other)),
        "a row twice": forged(file, "groups.Role", lambda lines: [*lines, lines[0]]),
        "another group's member": forged(file, "groups.RoleTerm", each(membership=dee)),
        "somebody who is not in it": forged(file, "groups.Membership", each(person=other)),
        "no such day": forged(file, "groups.Membership", each(joined_on="yesterday")),
        "a list for a word": forged(file, "groups.Role", each(name=["x"] * 3000)),
        "NUL": forged(file, "groups.Role", each(name="a\0b")),
        "far too long": forged(file, "groups.Role", each(name="x" * 5000)),
        "a number for words": forged(file, "groups.Meeting", each(place=5)),
        "another journal": forged(file, "groups.JournalEntry", each(verb="leave_group")),
        "half a journal": forged(file, "groups.JournalEntry", lambda lines: lines[:2]),
        "a field more": forged(file, "groups.Role", each(extra=1)),
        "no group": forged(file, "groups.Group", lambda lines: []),
        "two groups": forged(file, "groups.Group", lambda lines: [*lines, lines[0] | {"id": other, "slug": "x"}]),
    }
    reasons = {name: refused(content, union) for name, content in wrong.items()}
    assert all(reasons.values())
    assert "here" not in reasons["another group's member"]
    with isolation.context(groups=[world.elsewhere.pk]):
        assert Group.objects.get(pk=world.elsewhere.pk).name == "Elsewhere"
    assert import_group(file=io.BytesIO(file)).group.pk == union.pk


def test_a_flipped_bit_is_noticed_or_changes_nothing(world: World, union: Group) -> None:
    file = taken_along(union)
    before, chance = everything_of(union), random.Random(7)
    leave_no_trace(world)
    for _ in range(12):
        place = chance.randrange(len(file))
        flipped = file[:place] + bytes([file[place] ^ (1 << chance.randrange(8))]) + file[place + 1 :]
        try:
            import_group(file=io.BytesIO(flipped))
        except ArchiveRefused:
            continue
        assert everything_of(union) == before
        leave_no_trace(world)


def test_importing_twice_writes_nothing(world: World, union: Group) -> None:
    file, before = taken_along(union), everything_of(union)
    before["groups.JournalEntry"] = everything_of(union)["groups.JournalEntry"]
    with pytest.raises(ArchiveRefused, match="here already"):
        import_group(file=io.BytesIO(file))
    assert everything_of(union) == before


# --- Locked files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 17])
def test_a_locked_file_gives_back_what_was_put_in(size: int) -> None:
    content, file = random.Random(size).randbytes(size), io.BytesIO()
    with LockedWriter(file, "a lock of my own") as locked:
        locked.write(content)
    reader = LockedReader(file, "a lock of my own")
    assert io.BufferedReader(reader).read() == content
    reader.seek(size // 2)
    assert reader.read(10) == content[size // 2 :][:10]
    whole = file.getvalue()
    for broken in (whole[:-1], whole[: -PIECE // 2], whole + b"x", whole[:30] + b"\x01" + whole[31:]):
        if broken != whole:
            with pytest.raises(LockBroken):
                io.BufferedReader(LockedReader(io.BytesIO(broken), "a lock of my own")).read()
    with pytest.raises(LockBroken):
        LockedReader(io.BytesIO(whole), "not the lock of mine")
