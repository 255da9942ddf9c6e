"""Everything held about one person, for that person: found by how the tables point at them, not by a list to forget.

Rows that point at the person or at one of their memberships, in every app. What the data policy calls secret is left
out (it opens things), and so is whatever leads to somebody else: their ids, and words that another person wrote.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from groups.models import Group, JournalEntry, Membership, Person
from hrplatform import isolation
from hrplatform.retention import Policy, covered_models, fields_leading_to
from hrplatform.sealing import SealBroken, sealed_fields


def as_zip(person: Person) -> bytes:
    """A zip of a README, a file of what each field is and how long it stays, and one JSON file for each kind of row."""
    content = io.BytesIO()
    policy = Policy.load()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        kinds = {}
        for model, rows in _held(person, policy):
            label = model._meta.label
            archive.writestr(f"{label}.json", json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
            kinds[label] = {
                name: {"what": policy.classes[rule.kind], "days": rule.days}
                for name, rule in policy.models[label].fields.items()
            }
        archive.writestr("fields.json", json.dumps(kinds, ensure_ascii=False, indent=1))
        archive.writestr("README.txt", _readme())
    return content.getvalue()


def _readme() -> str:
    return "\n\n".join(
        (
            _("This is everything held about you here."),
            _("Each file is one kind of record, as JSON. fields.json says what each field is and after how many days "
              "it goes; without a number it stays as long as its record."),
            _("Left out: what opens something (passphrases, keys, links), and whatever leads to other people."),
            _("These files can be read by whoever has them. Keep them where only you can look."),
        )
    ) + "\n"  # fmt: skip


def _held(person: Person, policy: Policy) -> Iterator[tuple[type[models.Model], list[dict[str, Any]]]]:
    with isolation.context(person=person.pk):
        mine = dict(Membership.objects.filter(person=person).values_list("pk", "group_id"))
    with isolation.context(person=person.pk, groups=set(mine.values())):
        names = dict(Group.objects.filter(pk__in=set(mine.values())).values_list("pk", "name"))
        teller = _Teller({person.pk, *mine}, names, policy)
        for model in covered_models():
            owners = _paths(model)
            if not owners:
                continue
            found = Q.create([(f"{path}__in", list(teller.mine)) for path in owners], connector=Q.OR)
            rows = model._base_manager.filter(found).distinct()
            has_group = any(field.name == "group" and field.related_model is Group for field in _relations(model))
            told = [teller.told(row) for row in (rows.select_related("group") if has_group else rows).order_by("pk")]
            if told:
                yield model, told


def _relations(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


def _paths(model: type[models.Model]) -> list[str]:
    """How a row says that it is about a person: by a key to them, or to a membership, or as a part of such a row."""
    if model is JournalEntry:
        return ["actor"]
    direct = [*fields_leading_to(model, Person), *fields_leading_to(model, Membership)]
    part_of = getattr(model, "part_of", None)
    if direct or part_of is None:
        return direct
    whole: Any = model._meta.get_field(part_of).related_model
    return [f"{part_of}__{path}" for path in _paths(whole)]


class _Teller:
    def __init__(self, mine: set[UUID], group_names: dict[UUID, str], policy: Policy) -> None:
        self.mine, self.group_names, self.policy = mine, group_names, policy

    def told(self, row: models.Model) -> dict[str, Any]:
        """The fields of one row that are this person's to read."""
        rules = self.policy.models[row._meta.label].fields
        sealed = {field.name for field in sealed_fields(type(row))}
        is_anothers = self._is_anothers(row)
        told = {}
        for field in row._meta.concrete_fields:
            kind = rules[field.name].kind
            if kind == "secret" or (is_anothers and kind == "words"):
                continue
            value: Any = self._opened(row, field.name) if field.name in sealed else getattr(row, field.attname)
            if field.is_relation and value is not None:
                if field.related_model in (Person, Membership):
                    if value not in self.mine:
                        continue
                elif field.related_model is Group:
                    value = self.group_names.get(value, value)
            told[field.name] = value
        return told

    def _is_anothers(self, row: models.Model) -> bool:
        """Whether the words in it are somebody else's, or by now nobody's."""
        if not hasattr(row, "words_of_writer"):
            return False
        writer: Any = row._meta.get_field(getattr(row, "writer_field", "written_by"))
        return getattr(row, writer.attname) not in self.mine

    @staticmethod
    def _opened(row: models.Model, name: str) -> str:
        try:
            return str(getattr(row, name))
        except SealBroken:
            return _("These words cannot be opened any more.")
