"""Erasing a group: members decide, and the clock removes it to the last row."""

from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from groups.actions.forms import Decision, require_decision
from groups.actions.journal import record
from groups.models import Group, Membership, Reminder
from hrplatform import isolation, public_pages
from hrplatform.retention import fields_leading_to


@transaction.atomic
def erase_group(*, by: Membership | None, group: Group, decision: Decision) -> None:
    """Close the group at once, by the members' decision. Everything of it is removed within a minute, by the clock.

    In two steps, because who closed the proposal is still waiting for an answer, and because a group may own a million
    rows. From this moment no member finds the group any more. Raises PermissionDenied without the decision.
    """
    require_decision(decision, group=group, effect="erase_group")
    close_for_good(by=by, group=group)


def close_for_good(*, by: Membership | None, group: Group) -> None:
    """Mark a group as one that is being erased. Also when its last member leaves: nobody could come back to it."""
    marked = Group.objects.filter(pk=group.pk, erasing_since=None).update(erasing_since=timezone.now())
    if marked:
        record(by=by, group=group, verb="erase_group", on=group)
        transaction.on_commit(public_pages.mark_changed)


def groups_to_remove() -> list[UUID]:
    with isolation.context(errand="upkeep"):
        return list(Group.objects.filter(erasing_since__isnull=False).values_list("pk", flat=True))


@transaction.atomic
def remove_group(*, group: UUID) -> Counter[str]:
    """Remove a group that is being erased: every row of every app, its keys, its letters. Returns how many, by model.

    Journal and ledger go with the group's own row and in no other way: the application may not remove from them, the
    database itself does when the group they belong to is gone. What was published for everybody (guides) stays, with
    nothing in it that leads to the group. Run it in the group's context.
    """
    if not Group.objects.select_for_update().filter(pk=group, erasing_since__isnull=False).exists():
        return Counter()
    removed: Counter[str] = Counter()
    _remove_letters(group)
    owned = [model for model in isolation.owned_models() if model is not Group and _path_to_group(model)]
    for model in owned:
        if _is_let_go(model):
            _let_go(model, group)
    for model in owned:
        # Foreign keys are checked at the end of the transaction, so the order does not matter.
        if not _is_let_go(model) and model._meta.label not in _GOES_WITH_THE_GROUP:
            removed[model._meta.label] += model._base_manager.filter(**{_path_to_group(model): group})._raw_delete(
                "default"
            )
    removed["groups.Group"] += Group.objects.filter(pk=group)._raw_delete("default")
    transaction.on_commit(public_pages.mark_changed)
    return removed


# The application may add to these and never remove: the database does, when the group's own row goes.
_GOES_WITH_THE_GROUP = frozenset({"groups.JournalEntry", "groups.Payment"})


def _path_to_group(model: type[models.Model]) -> str:
    """The field that says which group a row belongs to; empty for what belongs to a person alone."""
    paths = fields_leading_to(model, Group)
    return "group" if "group" in paths else next(iter(paths), "")


def _may_be_removed(model: type[models.Model]) -> bool:
    """Whether the application may remove rows of this table: not of a journal, not of a ledger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'DELETE')", [model._meta.db_table])
        return bool(cursor.fetchone()[0])


def _is_let_go(model: type[models.Model]) -> bool:
    """Whether the model itself says that its rows outlive their group."""
    field: Any = model._meta.get_field(_path_to_group(model))
    return bool(field.remote_field.on_delete is models.SET_NULL)


def _let_go(model: type[models.Model], group: UUID) -> None:
    """What everybody may read belongs to everybody from now on; a draft goes."""
    path = _path_to_group(model)
    rows = model._base_manager.filter(**{path: group})
    with isolation.context():
        published = list(rows.values_list("pk", flat=True))
    rows.exclude(pk__in=published).delete()
    rows.update(**{path: None})


def _remove_letters(group: UUID) -> None:
    """Letters that were written into a folder, where no mail server is named: each is called after its reminder."""
    folder = Path(settings.EMAIL_FOLDER)
    if folder.is_dir():
        for reminder in Reminder.objects.filter(group=group).values_list("pk", flat=True).iterator():
            (folder / f"{reminder}.eml").unlink(missing_ok=True)
