"""Erasing a group: by the members' decision alone, and then to the last row of every app."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings as project
from django.core.exceptions import PermissionDenied
from django.db import connections, transaction
from django.db.utils import ProgrammingError
from psycopg import sql

from groups import actions
from groups.actions.journal import first_broken_entry
from groups.actions.taking_along import groups_to_remove, remove_group
from groups.models import Group, JournalEntry, Membership
from groups.tasks import remove_erased_groups
from hrplatform import isolation
from tests.conftest import World
from tests.sealed_rows import sealed_rows
from tests.test_access import Things, things  # noqa: F401 (a fixture: the union with one of everything)


@dataclass
class Adopted:
    """A proposal as erase_group sees it."""

    group_id: UUID
    effect: str = "erase_group"
    is_adopted: bool = True

    def proves(self, effect: str, on: UUID | None = None) -> bool:
        return self.is_adopted and effect == self.effect and on is None


def decide(world: World) -> None:
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        actions.erase_group(by=world.ana, group=world.union, decision=Adopted(world.union.pk))


def dump() -> dict[str, bytes]:
    """Every table as the backup role reads it: all rows, past all policies."""
    url = urlsplit(project.DATABASE_BACKUP_URL)._replace(path=f"/{connections['default'].settings_dict['NAME']}")
    found = {}
    with psycopg.connect(urlunsplit(url)) as backup:
        tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        for (table,) in backup.execute(tables).fetchall():
            with backup.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                found[table] = b"".join(bytes(part) for part in copy)
    return found


@pytest.mark.django_db(transaction=True)
def test_nothing_in_the_database_leads_to_an_erased_group(world: World, things: Things, mail_folder: Path) -> None:  # noqa: F811
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        sealed_rows(world)
        Group.objects.filter(pk=world.union.pk).update(about="plain-canary-9d2e")
        letters = [each.pk for each in world.union.meetings.all()]
        actions.make_token(by=world.ana.person, name="laptop", scopes=["groups:read"], days=7, membership=world.ana)
    needles = [str(world.union.pk), "plain-canary-9d2e", *(str(letter) for letter in letters)]
    before = dump()
    assert all(any(needle.encode() in rows for rows in before.values()) for needle in needles)
    decide(world)
    remove_erased_groups()
    left = {(table, needle) for table, rows in dump().items() for needle in needles if needle.encode() in rows}
    assert left == set()
    assert groups_to_remove() == []


@pytest.mark.django_db(transaction=True)
def test_other_groups_keep_everything(world: World, things: Things) -> None:  # noqa: F811
    with isolation.context(groups=[world.elsewhere.pk]):
        before = JournalEntry.objects.count()
    decide(world)
    remove_erased_groups()
    with isolation.context(groups=[world.elsewhere.pk]):
        assert JournalEntry.objects.count() == before
        assert first_broken_entry(Group.objects.get(pk=world.elsewhere.pk)) is None
        assert Membership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_published_for_everybody_stays_and_names_nobody(world: World, things: Things) -> None:  # noqa: F811
    from resources.models import Guide

    decide(world)
    remove_erased_groups()
    assert Guide.objects.get().group_id is None


@pytest.mark.django_db(transaction=True)
def test_letters_in_the_folder_go_too(world: World, things: Things, mail_folder: Path) -> None:  # noqa: F811
    with isolation.context(groups=[world.union.pk]):
        ours = world.union.meetings.first()
        reminder = ours and actions.reminders.Reminder.objects.filter(group=world.union).first()
    mail_folder.mkdir()
    (mail_folder / f"{reminder.pk}.eml").write_text("A reminder")  # type: ignore[union-attr]
    (mail_folder / f"{uuid4()}.eml").write_text("Somebody else's")
    decide(world)
    remove_erased_groups()
    assert [file.read_text() for file in mail_folder.iterdir()] == ["Somebody else's"]


def test_from_the_decision_on_nobody_finds_the_group(world: World, sign_in) -> None:
    decide(world)
    assert sign_in(world.ana).get(f"/groups/{world.union.slug}/").status_code == 404
    assert "Night Union" not in sign_in(world.ben).get("/groups/").content.decode()


@pytest.mark.parametrize("fault", [{"is_adopted": False}, {"effect": "none"}, {"group_id": uuid4()}])
def test_without_the_decision_of_its_members_no_group_is_erased(fault, world: World, as_member) -> None:
    decision = Adopted(**{"group_id": world.union.pk, **fault})
    with as_member(world.ana), pytest.raises(PermissionDenied):
        actions.erase_group(by=world.ana, group=world.union, decision=decision)
    assert groups_to_remove() == []


def test_a_group_that_nobody_decided_to_erase_is_not_removed(world: World, as_member) -> None:
    with as_member(world.ana):
        assert not remove_group(group=world.union.pk)
        assert Group.objects.filter(pk=world.union.pk).exists()


def test_the_application_may_not_remove_a_journal_by_itself(world: World, as_member) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), as_member(world.ana):
        JournalEntry.objects.filter(group=world.union)._raw_delete("default")
