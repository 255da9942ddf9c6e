"""What a group takes along, and in which form: read off the models of every app, so that nothing is forgotten.

One zip: README.txt, schema.json, people.jsonl, and for each model data/<app.Model>.jsonl and csv/<app.Model>.csv. Ids
stay what they are. docs/decisions/taking-along.md says what is left out, and why.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q

from groups.models import Group, Person
from hrplatform import isolation
from hrplatform.retention import Policy
from hrplatform.sealing import SealedTextField

FORMAT = "hrplatform-group"
VERSION = 1
# Classes of hrplatform/data_policy.toml that never leave: what opens something, and what nobody but one person reads.
STAYS = frozenset({"secret", "private"})

AnyModel = type[models.Model]


@cache
def carried_models() -> list[AnyModel]:
    """Everything whose rows name their group, and the group itself: what is pointed at before what points at it."""
    left = [model for model in isolation.owned_models() if model is Group or _names_its_group(model)]
    ordered: list[AnyModel] = []
    while left:
        ready = [each for each in left if not (_points_at(each) & set(left)) - {each}] or left[:1]
        ordered += ready
        left = [each for each in left if each not in ready]
    return ordered


def _names_its_group(model: AnyModel) -> bool:
    return any(field.name == "group" and field.related_model is Group for field in model._meta.concrete_fields)


def _points_at(model: AnyModel) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}


@cache
def carried_fields(model: AnyModel) -> list[Any]:
    """The fields of a model that leave. Numbers that a database counts up by itself are made anew elsewhere."""
    rules = Policy.load().models[model._meta.label].fields
    return [
        field
        for field in model._meta.concrete_fields
        if rules[field.name].kind not in STAYS
        and not isinstance(field, models.AutoField)
        and not getattr(field, "generated", False)
    ]


def class_of(field: Any) -> str:
    return Policy.load().models[field.model._meta.label].fields[field.name].kind


def rows(model: AnyModel, group: Group) -> models.QuerySet[Any]:
    """The rows that go along. What ties a row to another group of this instance, like a network, stays with it.

    A model may say what `STAYS_HERE`: an archive made while people vote must not show how they vote.
    """
    if model is Group:
        return model._base_manager.filter(pk=group.pk)
    found = model._base_manager.filter(group=group)
    if stays_here := getattr(model, "STAYS_HERE", None):
        found = found.exclude(stays_here)
    for field in other_groups(model):
        found = found.filter(Q(**{field.name: None}) | Q(**{field.name: group}))
    return found.order_by("pk")


def other_groups(model: AnyModel) -> list[Any]:
    return [each for each in model._meta.concrete_fields if each.related_model is Group and each.name != "group"]


def _into_other_rows(model: AnyModel) -> list[Any]:
    """Optional keys to rows that may belong to another group, or stay behind: empty in the file when they do."""
    carried = carried_models()
    return [each for each in carried_fields(model) if each.null and each.is_relation and each.related_model in carried]


def lines(model: AnyModel, group: Group) -> Iterator[dict[str, Any]]:
    """The rows of one model as plain values, a few hundred in memory at a time."""
    doubtful = [field for field in _into_other_rows(model) if field.related_model is not Group]
    known = {
        f"_{field.name}_is_ours": Exists(rows(field.related_model, group).filter(pk=OuterRef(field.attname)))
        for field in doubtful
    }
    natural = [field.name for field in carried_fields(model) if natural_key(field)]
    for row in rows(model, group).annotate(**known).select_related(*natural).iterator(chunk_size=500):
        if model is not Group:
            row.group = group  # Whose keys open its words.
        line = {field.name: _written(field, row) for field in carried_fields(model)}
        line |= {field.name: None for field in doubtful if not getattr(row, f"_{field.name}_is_ours")}
        line |= {field.name: None for field in other_groups(model) if model is Group}
        yield line


def natural_key(field: Any) -> str | None:
    """For what all groups of an instance share, a catalogue or a tree of topics: the name it has everywhere."""
    target = field.related_model if field.is_relation else None
    if target is None or target in (Group, Person) or target in carried_models():
        return None
    return str(next(each.name for each in target._meta.concrete_fields if each.unique and not each.primary_key))


def _written(field: Any, row: models.Model) -> Any:
    if key := natural_key(field):
        target = getattr(row, field.name)
        return getattr(target, key) if target else None
    value = getattr(row, field.attname)
    return plain(value)


def plain(value: Any) -> Any:
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case list() | tuple():
            return [plain(each) for each in value]
        case _:
            return value


def in_a_cell(value: Any) -> str:
    """For spreadsheets, which would take words that begin like a formula for one."""
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def people(group: Group) -> Iterator[dict[str, str]]:
    """Who stands in these rows: an id, and for members of today the handle. Of others not even that."""
    ids: set[UUID] = set()
    for model in carried_models():
        for field in carried_fields(model):
            if field.related_model is Person:
                found = rows(model, group).exclude(**{field.name: None}).order_by()
                ids |= set(found.values_list(field.attname, flat=True).distinct())
    members = dict(group.memberships.active().values_list("person_id", "person__handle"))
    for pk in sorted(ids):
        yield {"id": str(pk), "handle": members.get(pk, "")}


def schema(group: Group, counts: dict[str, int], digests: dict[str, str]) -> dict[str, Any]:
    """What schema.json says: each model, how many rows, each field with its type and its class of data."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "group": str(group.pk),
        "classes": dict(Policy.load().classes),
        "models": {
            model._meta.label: {
                "rows": counts[model._meta.label],
                "sha256": digests[model._meta.label],
                "fields": {field.name: described(field) for field in carried_fields(model)},
            }
            for model in carried_models()
        },
        "people": {"rows": counts["people"], "sha256": digests["people"]},
    }


def described(field: Any) -> dict[str, Any]:
    kind = "SealedText" if isinstance(field, SealedTextField) else type(field).__name__.removesuffix("Field")
    told = {"type": kind, "class": class_of(field), "can_be_empty": bool(field.null or field.blank)}
    if field.is_relation:
        told["points_at"] = field.related_model._meta.label
        if key := natural_key(field):
            told["by"] = key
    return told
