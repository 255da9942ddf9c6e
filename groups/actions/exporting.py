"""Writing everything a group owns into one file, row by row."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import transaction
from django.utils import timezone

from groups import access, archive
from groups.actions.journal import record
from groups.models import Group, Membership, Power
from hrplatform.locked_files import LockedWriter

README = """Everything that a group owns, taken out of hrplatform on {day}.

Words that are sealed in the database stand OPEN in this archive. Whoever has it can read all of it: what was said in
meetings, who was where, rights records. Keep it as you would keep those papers.

data/*.jsonl   one line of JSON for each row, for programs: `manage.py import_group FILE` brings it back to life
csv/*.csv      the same rows, for a spreadsheet
people.jsonl   who stands in these rows: ids, and handles of those who are members now
schema.json    what each field is, of which class of data, and how many rows there are

Not in it: passphrases, keys, links that let somebody in, notes that members wrote to themselves only, and what ties
the group to other groups of the instance it came from.
"""


@transaction.atomic
def export_group(*, by: Membership | None, group: Group, file: IO[bytes], passphrase: str = "") -> None:
    """Write the archive of a group to `file`, locked with the passphrase if there is one.

    `by`: whoever coordinates, or None for the operator's command. The journal says so first.
    Runs in a transaction that sees everything at one moment (`at_one_moment` in hrplatform/isolation.py).
    """
    if by is not None:
        access.require(by, Power.COORDINATE)
    record(by=by, group=group, verb="export_group", on=group)
    group.refresh_from_db()
    if not passphrase:
        _write(file, group)
        return
    with LockedWriter(file, passphrase) as locked:
        _write(locked, group)  # type: ignore[arg-type]


def _write(file: IO[bytes], group: Group) -> None:
    counts: dict[str, int] = {}
    digests: dict[str, str] = {}
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        zipped.writestr("README.txt", README.format(day=timezone.now().date()))
        for model in archive.carried_models():
            label = model._meta.label
            with _member(zipped, f"data/{label}.jsonl") as member:
                counts[label], digests[label] = _write_lines(member, archive.lines(model, group))
            with _member(zipped, f"csv/{label}.csv") as member:
                names = [field.name for field in archive.carried_fields(model)]
                _write_cells(member, names, archive.lines(model, group))
        with _member(zipped, "people.jsonl") as member:
            counts["people"], digests["people"] = _write_lines(member, archive.people(group))
        zipped.writestr("schema.json", json.dumps(archive.schema(group, counts, digests), indent=1, ensure_ascii=False))


@contextmanager
def _member(zipped: ZipFile, name: str) -> Iterator[IO[bytes]]:
    with zipped.open(name, "w", force_zip64=True) as member:
        yield member


def _write_lines(member: IO[bytes], lines: Iterable[dict[str, Any]]) -> tuple[int, str]:
    """Returns how many lines there are, and their SHA-256."""
    digest, count = hashlib.sha256(), 0
    for line in lines:
        written = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        digest.update(written)
        member.write(written)
        count += 1
    return count, digest.hexdigest()


def _write_cells(member: IO[bytes], names: list[str], lines: Iterable[dict[str, Any]]) -> None:
    text = io.TextIOWrapper(member, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([archive.in_a_cell(line[name]) for name in names] for line in lines)
    text.detach()
