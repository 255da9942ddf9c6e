"""Retention: data_policy.toml says how long everything is kept, and this does what it says.

One file is both what people read and what runs, so the two cannot drift apart. Checks refuse a model or a field
without a rule, and a rule that fits nothing. Group-owned tables are closed to a task that belongs to no group, so
it walks the groups and opens each one's context in turn; no role that bypasses row-level security is needed.
"""

import logging
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.db import DatabaseError, models, transaction
from django.db.models import Q
from django.utils import timezone

from hrplatform import isolation

logger = logging.getLogger(__name__)

POLICY_FILE = Path(__file__).with_name("data_policy.toml")
ERRAND = "upkeep"
WITH_ITS_ROW = "row"
# Small enough that nobody waits for a lock, large enough that a year's arrears are gone in minutes.
BATCH = 500


class PolicyBroken(Exception):
    """Some rules could not be executed; the others were."""


@dataclass(frozen=True)
class FieldRule:
    """`days`: how long the words stay before they are blanked; None for as long as their row."""

    kind: str
    days: int | None


@dataclass(frozen=True)
class ModelRule:
    """`remove_after_days`: counted from the field `counted_from`, for rows that satisfy `only_when`."""

    fields: Mapping[str, FieldRule]
    remove_after_days: int | None = None
    counted_from: str | None = None
    only_when: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ever_acts(self) -> bool:
        return self.remove_after_days is not None or any(rule.days is not None for rule in self.fields.values())


@dataclass(frozen=True)
class FolderRule:
    kind: str
    remove_after_days: int


@dataclass(frozen=True)
class Policy:
    group_model: str
    classes: Mapping[str, str]
    models: Mapping[str, ModelRule]
    folders: Mapping[str, FolderRule]

    @classmethod
    def from_text(cls, text: str) -> "Policy":
        """Raises ValueError, saying which part is not of the form that the head of the file describes."""
        content = tomllib.loads(text)
        group_model, classes = content.pop("group_model", ""), content.pop("classes", {})
        folders, rules = content.pop("folders", {}), {}
        for label, table in content.items():
            try:
                fields = {name: _field_rule(value) for name, value in table.pop("fields").items()}
                rules[label] = ModelRule(fields, **table)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise ValueError(f"The rule for {label} is not of the form described at the top: {error}") from error
        return cls(group_model, classes, rules, {name: _folder_rule(value) for name, value in folders.items()})

    @classmethod
    def load(cls) -> "Policy":
        return cls.from_text(POLICY_FILE.read_text())


def _is_days(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _field_rule(value: Any) -> FieldRule:
    kind, days = value
    if days != WITH_ITS_ROW and not _is_days(days):
        raise ValueError(f'{days!r} is neither "{WITH_ITS_ROW}" nor a number of days')
    return FieldRule(kind, None if days == WITH_ITS_ROW else days)


def _folder_rule(value: Any) -> FolderRule:
    kind, days = value
    if not _is_days(days):
        raise ValueError(f"{days!r} is not a number of days")
    return FolderRule(kind, days)


def covered_models() -> list[type[models.Model]]:
    """Everything with a table, the tables that Django makes for many-to-many fields included."""
    return [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]


# --- Doing it ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Owner:
    """Whose rows a pass is about: a group's, a person's, or (neither) those that row-level security does not guard."""

    group: UUID | None = None
    person: UUID | None = None

    def context(self) -> AbstractContextManager[None]:
        if self.group is None and self.person is None:
            return transaction.atomic()
        return isolation.context(person=self.person, groups=[self.group] if self.group else [])

    def rows(self, model: type[models.Model], paths: list[str]) -> models.QuerySet[Any]:
        rows = model._base_manager.all()
        owner = self.group or self.person
        return rows.filter(Q.create([(path, owner) for path in paths], connector=Q.OR)) if owner else rows


def execute(*, now: datetime | None = None, policy: Policy | None = None) -> Counter[str]:
    """Remove and blank what is past its days. Returns how many, by `app.Model` and `app.Model.field`.

    Safe to run again at any time, and beside itself: each batch is its own transaction and passes over locked rows.
    One rule that fails does not stop the rest. Raises PolicyBroken at the end, with the names of those that failed.
    """
    policy, now = policy or Policy.load(), now or timezone.now()
    done: Counter[str] = Counter()
    failed: set[str] = set()
    for owner, model, paths in _passes(policy):
        try:
            for batch in _apply(policy.models[model._meta.label], owner, model, paths, now):
                done.update(batch)
        except (DatabaseError, models.ProtectedError):
            logger.exception("The data policy could not be executed for %s.", model._meta.label)
            failed.add(model._meta.label)
    for name, rule in policy.folders.items():
        done[name] += _empty_folder(Path(getattr(settings, name)), now - timedelta(days=rule.remove_after_days))
    if failed:
        raise PolicyBroken(f"The data policy could not be executed for: {', '.join(sorted(failed))}.")
    return +done


def _passes(policy: Policy) -> Iterator[tuple[Owner, type[models.Model], list[str]]]:
    """Each owner with each of the models that have a rule to apply, and the fields that lead from model to owner."""
    group_model, person_model = apps.get_model(policy.group_model), get_user_model()
    guarded = set(isolation.owned_models())
    of_groups, of_people, of_nobody = [], [], []
    for model in (apps.get_model(label) for label, rule in policy.models.items() if rule.ever_acts):
        if model not in guarded:
            of_nobody.append((model, list[str]()))
        elif paths := fields_leading_to(model, group_model):
            of_groups.append((model, paths))
        else:
            of_people.append((model, fields_leading_to(model, person_model)))
    for model, paths in of_nobody:
        yield Owner(), model, paths
    if of_groups:
        with isolation.context(errand=ERRAND):
            groups = list(group_model._base_manager.values_list("pk", flat=True))
        yield from ((Owner(group=pk), model, paths) for pk in groups for model, paths in of_groups)
    if of_people:
        people = list(person_model._base_manager.values_list("pk", flat=True))
        yield from ((Owner(person=pk), model, paths) for pk in people for model, paths in of_people)


def fields_leading_to(model: type[models.Model], owner: type[models.Model]) -> list[str]:
    """The fields by which a row says whose it is: "pk" for the owner's own row."""
    if model is owner:
        return ["pk"]
    return [each.name for each in model._meta.concrete_fields if each.is_relation and each.related_model is owner]


def _apply(
    rule: ModelRule, owner: Owner, model: type[models.Model], paths: list[str], now: datetime
) -> Iterator[Mapping[str, int]]:
    """Do one rule for one owner. Yields what each batch did."""
    rows = owner.rows(model, paths).filter(**rule.only_when)
    if rule.remove_after_days is not None:
        due = rows.filter(_older_than(model, rule, rule.remove_after_days, now))
        yield from _in_batches(owner, due, _remove)
    for name, field_rule in rule.fields.items():
        if field_rule.days is not None:
            blank = blank_value(model._meta.get_field(name))
            due = rows.filter(_older_than(model, rule, field_rule.days, now)).exclude(_holds(name, blank))
            yield from _in_batches(owner, due, partial(_blank, name=name, blank=blank))


def _remove(batch: models.QuerySet[Any]) -> Mapping[str, int]:
    """With what hangs on it: what Django's cascade took is counted too."""
    return batch.delete()[1]


def _blank(batch: models.QuerySet[Any], *, name: str, blank: object) -> Mapping[str, int]:
    return {f"{batch.model._meta.label}.{name}": batch.update(**{name: blank})}


def _holds(name: str, value: object) -> Q:
    return Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})


def _in_batches(
    owner: Owner, due: models.QuerySet[Any], act: Callable[[models.QuerySet[Any]], Mapping[str, int]]
) -> Iterator[Mapping[str, int]]:
    """Lock what is due, a batch at a time, each in a transaction of its own, and do it. Yields what was done."""
    size = BATCH
    while size == BATCH:
        with owner.context():
            locked = due.select_for_update(skip_locked=True, of=("self",)).order_by()
            keys = list(locked.values_list("pk", flat=True)[:BATCH])
            done = act(due.model._base_manager.filter(pk__in=keys)) if keys else {}
        size = len(keys)
        yield done


def _older_than(model: type[models.Model], rule: ModelRule, days: int, now: datetime) -> Q:
    limit = now - timedelta(days=days)
    counted_from = model._meta.get_field(rule.counted_from or "")
    is_moment = isinstance(counted_from, models.DateTimeField)
    return Q(**{f"{counted_from.name}__lt": limit if is_moment else limit.date()})


def blank_value(field: Any) -> object:
    """What stands in a field whose words are gone. Raises ValueError for a field that cannot be without."""
    if field.null:
        return None
    if field.empty_strings_allowed and field.blank:
        return ""
    raise ValueError(f"{field} can be neither empty nor missing")


def _empty_folder(folder: Path, limit: datetime) -> int:
    """Remove the files of a folder that were last changed before `limit`."""
    old = [file for file in folder.glob("*") if file.is_file() and file.stat().st_mtime < limit.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


# --- Checking it ------------------------------------------------------------------------------------------------------


@checks.register()
def everything_has_a_rule(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Fails on a model or field without a rule, and on a rule that fits nothing or cannot be executed."""
    try:
        found = list(problems(Policy.load()))
    except (OSError, ValueError) as error:
        found = [str(error)]
    hint = "Say in hrplatform/data_policy.toml what class of data this is and how long it is kept."
    return [checks.Error(f"Data policy: {words}", hint=hint, id="hrplatform.E002") for words in found]


def problems(policy: Policy) -> Iterator[str]:
    """What is missing from the policy, or wrong in it, a sentence each."""
    covered = {model._meta.label: model for model in covered_models()}
    if policy.group_model not in covered:
        yield f"group_model names {policy.group_model!r}, which is no model."
    for label in covered.keys() - policy.models.keys():
        yield f"{label} has no rule."
    for label in policy.models.keys() - covered.keys():
        yield f"there is a rule for {label}, which is no model."
    for label in sorted(covered.keys() & policy.models.keys()):
        yield from (f"{label}{words}" for words in _problems_of(covered[label], policy.models[label], policy.classes))
    for name, rule in policy.folders.items():
        if not isinstance(getattr(settings, name, None), str | Path):
            yield f"{name} is not a setting that names a folder."
        if rule.kind not in policy.classes:
            yield f"{name} is of class {rule.kind!r}, which the top of the file does not define."


def _problems_of(model: type[models.Model], rule: ModelRule, classes: Mapping[str, str]) -> Iterator[str]:
    fields = {each.name: each for each in model._meta.concrete_fields}
    yield from (f".{name} has no rule." for name in fields.keys() - rule.fields.keys())
    yield from (f".{name} has a rule but does not exist." for name in rule.fields.keys() - fields.keys())
    for name in fields.keys() & rule.fields.keys():
        if rule.fields[name].kind not in classes:
            yield f".{name} is of class {rule.fields[name].kind!r}, which the top of the file does not define."
        if rule.fields[name].days is not None:
            try:
                blank_value(fields[name])
            except ValueError as error:
                yield f".{name} cannot be blanked after some days: {error}."
    if rule.remove_after_days is not None and not _is_days(rule.remove_after_days):
        yield f" is to be removed after {rule.remove_after_days!r}, which is not a number of days."
    if rule.ever_acts and not isinstance(fields.get(rule.counted_from or ""), models.DateField):
        yield f" counts its days from {rule.counted_from!r}, which is not a date or a moment of it."
    # Own fields only: rows of other tables may be hidden from the task by row-level security, and a rule such as
    # "people with no membership" would then find everybody.
    for lookup, value in rule.only_when.items():
        name, _, kind = lookup.partition("__")
        if name not in fields or kind not in ("", "isnull") or isinstance(value, dict | list):
            yield f" has the condition {lookup!r}: only a field of its own, or `field__isnull`, can be one."
