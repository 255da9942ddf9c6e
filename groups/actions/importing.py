"""Bringing a group here from its archive: the whole of it, or nothing."""

import hashlib
import json
import secrets
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Exists, OuterRef

from groups import archive
from groups.actions.journal import first_broken_entry
from groups.models import Group, Person
from groups.models.groups import neutral_slug
from groups.models.people import HANDLE_VALIDATORS
from hrplatform import isolation, public_pages
from hrplatform.locked_files import LockBroken, LockedReader, is_locked
from hrplatform.sealing import SealedTextField

BATCH = 500
# Far above what a group comes to, far below what fills a disk or a memory.
MOST_BYTES = 8 * 2**30
MOST_SCHEMA_BYTES = 4 * 2**20
LONGEST_LINE = 4 * 2**20
MOST_PEOPLE = 100_000
# Rows as text shrink to a tenth or so. What shrinks to a five-hundredth is made to burst.
MOST_SHRUNK = 500


class ArchiveRefused(Exception):
    """Nothing was brought here; the message says why."""


@dataclass(frozen=True)
class Brought:
    """`returning`: members of today who have no passphrase here yet."""

    group: Group
    counts: dict[str, int]
    returning: list[Person]


@transaction.atomic
def import_group(*, file: IO[bytes], passphrase: str = "") -> Brought:
    """Bring a group here. Ids stay what they are, so that its journal stays whole. Raises ArchiveRefused.

    Run by the operator's command alone. People get an account without a passphrase, with the id that all rows know
    them by; where this instance has that very id already, the account there is theirs.
    """
    try:
        opened: Any = LockedReader(file, passphrase) if is_locked(file) else file
        with ZipFile(opened) as zipped:
            return _Arrival(zipped).bring()
    except LockBroken as error:
        raise ArchiveRefused("The passphrase is another one, or the file was cut off or changed.") from error
    except (BadZipFile, struct.error, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise ArchiveRefused("This is no whole zip file.") from error
    except (DatabaseError, ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ArchiveRefused(f"A row in it is not one that this instance can hold ({type(error).__name__}).") from error


class _Arrival:
    """One archive on its way in."""

    def __init__(self, zipped: ZipFile) -> None:
        self.zipped = zipped
        self.schema = self._checked_schema()
        self.pk = UUID(self.schema["group"])
        self.people: set[UUID] = set()
        self.group: Group

    def bring(self) -> Brought:
        self._refuse_if_here()
        counts = {}
        with isolation.context(groups=[self.pk]):
            self._bring_people()
            for model in archive.carried_models():
                counts[model._meta.label] = self._bring(model)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            self._refuse_foreign_rows()
            if first_broken_entry(Group.objects.get(pk=self.pk)) is not None:
                raise ArchiveRefused("Its journal is not whole: somebody changed it.")
            members = self.group.memberships.active().select_related("person")
            returning = [each.person for each in members if not each.person.has_usable_password()]
        transaction.on_commit(public_pages.mark_changed)
        return Brought(self.group, counts, returning)

    # --- Is it what it says it is? ------------------------------------------------------------------------------------

    def _checked_schema(self) -> dict[str, Any]:
        """What schema.json says, when it fits the archive and this instance. No name in the archive is ever a path."""
        found = {each.filename: each for each in self.zipped.infolist()}
        if len(found) != len(self.zipped.infolist()) or "schema.json" not in found:
            raise ArchiveRefused("This is no archive of a group.")
        for each in found.values():
            if each.file_size > 2**20 and each.file_size > MOST_SHRUNK * each.compress_size:
                raise ArchiveRefused("It would unpack to far more than it can be.")
        if sum(each.file_size for each in found.values()) > MOST_BYTES:
            raise ArchiveRefused("It would unpack to far more than it can be.")
        if found["schema.json"].file_size > MOST_SCHEMA_BYTES:
            raise ArchiveRefused("This is no archive of a group.")
        schema: dict[str, Any] = json.loads(self.zipped.read("schema.json"))
        if not isinstance(schema, dict) or schema.get("format") != archive.FORMAT:
            raise ArchiveRefused("This is no archive of a group.")
        self._refuse_other_form(schema)
        parts = [name for label in schema["models"] for name in (f"data/{label}.jsonl", f"csv/{label}.csv")]
        if set(found) != {"README.txt", "schema.json", "people.jsonl", *parts}:
            raise ArchiveRefused("There are files in it that do not belong there, or some are missing.")
        if self.zipped.testzip() is not None:
            raise ArchiveRefused("It was changed, or damaged on the way.")
        return schema

    @staticmethod
    def _refuse_other_form(schema: dict[str, Any]) -> None:
        here = {
            model._meta.label: {field.name: archive.described(field) for field in archive.carried_fields(model)}
            for model in archive.carried_models()
        }
        there = {label: told["fields"] for label, told in schema["models"].items()}
        if schema.get("version") != archive.VERSION or here != there:
            raise ArchiveRefused("It was made by another version of this software. Bring both to the same version.")

    def _refuse_if_here(self) -> None:
        """Not a second time, and not over a group that is here."""
        with isolation.context(errand="upkeep"):
            if Group.objects.filter(pk=self.pk).exists():
                raise ArchiveRefused("This group is here already. Nothing was changed.")

    def _refuse_foreign_rows(self) -> None:
        """No row may point into another group: foreign keys alone would allow it."""
        for model in archive.carried_models():
            for field in archive.carried_fields(model):
                target = field.related_model if field.is_relation else None
                if model is Group or target is Group or target not in archive.carried_models():
                    continue
                own = Exists(target._base_manager.filter(pk=OuterRef(field.attname), group=self.group))
                pointing = model._base_manager.filter(group=self.group).exclude(**{field.name: None})
                if pointing.exclude(own).exists():
                    raise ArchiveRefused("A row in it points at something that is not in it.")

    # --- Reading ------------------------------------------------------------------------------------------------------

    def _lines(self, name: str, told: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The lines of one file, as many and exactly those that the schema speaks of."""
        digest, count = hashlib.sha256(), 0
        with self.zipped.open(name) as member:
            while line := member.readline(LONGEST_LINE):
                digest.update(line)
                count += 1
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise ArchiveRefused("A line in it is no row.")
                yield row
        if count != told["rows"] or digest.hexdigest() != told["sha256"]:
            raise ArchiveRefused("It does not hold the rows that it says it holds.")

    # --- Writing ------------------------------------------------------------------------------------------------------

    def _bring_people(self) -> None:
        for line in self._lines("people.jsonl", self.schema["people"]):
            pk, handle = UUID(line["id"]), str(line["handle"])
            self.people.add(pk)
            if len(self.people) > MOST_PEOPLE:
                raise ArchiveRefused("There are more people in it than can be.")
            if not Person.objects.filter(pk=pk).exists():
                person = Person(pk=pk, handle=_free_handle(handle))
                person.set_unusable_password()
                person.save(force_insert=True)

    def _bring(self, model: type[models.Model]) -> int:
        label = model._meta.label
        lines, count = self._lines(f"data/{label}.jsonl", self.schema["models"][label]), 0
        while batch := [self._row(model, line) for line in islice(lines, BATCH)]:
            dated = _set_by_the_clock(model)
            told = [{field.attname: getattr(row, field.attname) for field in dated} for row in batch]
            model._base_manager.bulk_create(batch)
            for row, facts in zip(batch, told, strict=True):
                vars(row).update(facts)
            if dated:
                model._base_manager.bulk_update(batch, [field.name for field in dated])
            count += len(batch)
        return count

    def _row(self, model: type[models.Model], line: dict[str, Any]) -> models.Model:
        fields = archive.carried_fields(model)
        if set(line) != {field.name for field in fields}:
            raise ArchiveRefused(f"A row of {model._meta.label} has other fields than it should.")
        row = model(**{field.attname: self._value(field, line[field.name]) for field in fields})
        for field in set(model._meta.concrete_fields) - set(fields):
            # What opens something did not come along. What stands in its place opens nothing.
            if archive.class_of(field) == "secret" and isinstance(field, models.CharField) and not field.blank:
                setattr(row, field.attname, secrets.token_hex(64)[: field.max_length])
        if isinstance(row, Group):
            self._settle(row)
        elif getattr(row, "group_id", None) != self.pk:
            raise ArchiveRefused("A row in it belongs to another group.")
        else:
            row.group = self.group  # type: ignore[attr-defined]
        return row

    def _settle(self, group: Group) -> None:
        if group.pk != self.pk or hasattr(self, "group"):
            raise ArchiveRefused("It holds another group than it says.")
        group.network, group.erasing_since = None, None
        with isolation.context(errand="upkeep"):
            if Group.objects.filter(slug=group.slug).exists():
                group.slug = neutral_slug()
        self.group = group

    def _value(self, field: Any, value: Any) -> Any:
        if value is None:
            return None
        if key := archive.natural_key(field):
            target = field.related_model._base_manager.filter(**{key: value}).first()
            if target is None:
                raise ArchiveRefused(f"This instance has no {field.related_model._meta.verbose_name} called {value}.")
            return target.pk
        if field.is_relation:
            pk = field.target_field.to_python(value)
            if field.related_model is Person and pk not in self.people:
                raise ArchiveRefused("A row in it speaks of somebody who is not in it.")
            return pk
        if isinstance(field, SealedTextField) and not isinstance(value, str):
            raise ArchiveRefused("Words in it are no words.")
        return field.to_python(value)


def _set_by_the_clock(model: type[models.Model]) -> list[Any]:
    """Fields that Django fills with today, whatever a row says."""
    return [
        each
        for each in model._meta.concrete_fields
        if getattr(each, "auto_now_add", False) or getattr(each, "auto_now", False)
    ]


def _free_handle(wanted: str) -> str:
    """The handle a person had, or one close to it when it is taken here; for whoever left, one that says nothing."""
    for validate in HANDLE_VALIDATORS if wanted else ():
        validate(wanted)
    handle = wanted.lower() or f"left-{neutral_slug()}"
    while Person.objects.filter(handle__iexact=handle).exists():
        handle = f"{wanted.lower()[:21] or 'left'}-{neutral_slug()}"
    return handle
