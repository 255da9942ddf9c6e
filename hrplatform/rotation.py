"""New keys for old, while people work, without a moment in which their words cannot be opened.

Two steps, at least ten minutes apart. `rotate` adds keys and moves everything to them; the old keys stay, because a
request that began before may still seal with one. `drop_old` moves what came in that way, proves that nothing needs
the old keys, and only then lets go of them. Either may be killed at any point and run again: what is done is
recognised by the number of the key at the head of each value.

No transaction here holds one lock while it waits for another: people's own writes lock a row and then its group, in
whatever order suits them, and must never be the ones that lose a deadlock.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hrplatform import isolation
from hrplatform.retention import ERRAND, fields_leading_to
from hrplatform.sealing import (
    Keyring,
    KeyUnavailable,
    SealBroken,
    SealedTextField,
    SealingOwner,
    master_keyring,
    models_with_sealed_fields,
    sealed_fields,
    sealing_owners,
    write_master_keyring,
)

# Longer than any request or task that seals may take (CELERY_TASK_TIME_LIMIT is five minutes).
SETTLING = timedelta(minutes=10)
_CHUNK = 500


class RotationRefused(Exception):
    """Nothing was changed; the message says what to do first."""


@dataclass
class Report:
    """`broken`: rings and values that no key opens, by model, key and field; they stay as they are.

    `busy`: values that still need an old key because their row was being written just then.
    """

    resumed: bool = False
    rings: int = 0
    values: int = 0
    busy: int = 0
    broken: list[str] = field(default_factory=list)
    master_keys_dropped: int = 0


def rotate(*, data_keys: bool = False) -> Report:
    """Add a master key and wrap every ring with it; with `data_keys` each owner gets a new data key too.

    When an earlier run was cut short this finishes it instead of adding yet another key. Raises RotationRefused.
    """
    with _alone() as master:
        report = Report(resumed=any(_wrapped_by(wrapped) < master.newest for _, _, wrapped in _rings()))
        if not report.resumed:
            write_master_keyring(master := master.with_new_key())
        for model, pk, wrapped in list(_rings()):
            if _wrapped_by(wrapped) < master.newest:
                _change_ring(model, pk, report, Keyring.with_new_key if data_keys else _as_it_is)
            if data_keys or report.resumed:
                _reseal(model, pk, report)
        # From when on nothing new is sealed with the old keys: drop_old counts from here.
        os.utime(settings.MASTER_KEY_PATH)
    return report


def drop_old(*, now: datetime | None = None) -> Report:
    """Let go of every key but the newest, of each owner and of the master, once nothing needs the others.

    Raises RotationRefused within ten minutes after a rotation.
    """
    with _alone() as master:
        settled = datetime.fromtimestamp(Path(settings.MASTER_KEY_PATH).stat().st_mtime, tz=UTC) + SETTLING
        if (now or timezone.now()) < settled:
            raise RotationRefused(
                f"Keys were changed less than ten minutes ago, and a request that began before may still use the old"
                f" ones. Run this again after {settled:%H:%M} UTC."
            )
        report = Report()
        for model, pk, _ in list(_rings()):
            _reseal(model, pk, report)
            is_needed = _values_under_old_keys(model, pk, report)
            _change_ring(model, pk, report, _as_it_is if is_needed else Keyring.newest_alone)
        if not report.broken and not report.busy and len(master.keys) > 1:
            write_master_keyring(master.newest_alone())
            report.master_keys_dropped = len(master.keys) - 1
    return report


@contextmanager
def _alone() -> Iterator[Keyring]:
    """The master keys, while no other rotation on this machine can change their file."""
    if settings.MASTER_KEY:
        raise RotationRefused(
            "The master key comes from the variable MASTER_KEY, which cannot be changed from here. Put its lines into"
            " a file that only this user can read, name the file in MASTER_KEY_FILE, remove MASTER_KEY, restart, and"
            " run this again."
        )
    try:
        folder = os.open(Path(settings.MASTER_KEY_PATH).parent, os.O_RDONLY)
    except OSError as error:
        raise RotationRefused(f"There is no folder for the key: {error}.") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield master_keyring()
    except BlockingIOError as error:
        raise RotationRefused("Another rotation is at work. Wait until it is done.") from error
    except KeyUnavailable as error:
        raise RotationRefused(f"{error} Put the key back first.") from error
    finally:
        os.close(folder)


def _wrapped_by(wrapped: Any) -> int:
    return Keyring.number_in(bytes(wrapped))


def _rings() -> Iterator[tuple[type[SealingOwner], Any, Any]]:
    """Every owner's model, key and wrapped ring."""
    for model in sealing_owners():
        guarded = model in isolation.owned_models()
        with isolation.context(errand=ERRAND) if guarded else transaction.atomic():
            found = list(model._base_manager.values_list("pk", "wrapped_keys"))
        yield from ((model, pk, wrapped) for pk, wrapped in found)


def _context_of(model: type[SealingOwner], pk: Any) -> AbstractContextManager[None]:
    return isolation.context(person=pk) if model is get_user_model() else isolation.context(groups=[pk])


def _as_it_is(ring: Keyring) -> Keyring:
    return ring


def _change_ring(model: type[SealingOwner], pk: Any, report: Report, change: Callable[[Keyring], Keyring]) -> None:
    """Change one owner's ring, and wrap it with the newest master key."""
    with _context_of(model, pk):
        owner = model._base_manager.select_for_update(no_key=True).filter(pk=pk).first()
        if owner is None:
            return
        try:
            ring = change(owner.keyring)
        except SealBroken:
            report.broken.append(f"{model._meta.label} {pk} wrapped_keys")
            return
        if ring.keys != owner.keyring.keys or _wrapped_by(owner.wrapped_keys) < master_keyring().newest:
            owner.wrap(ring)
            owner.save(update_fields=["wrapped_keys"])
            report.rings += 1


def _reseal(model: type[SealingOwner], pk: Any, report: Report) -> None:
    """Seal with the newest key what an older one sealed. Rows that somebody is writing just now are passed over."""
    for sealed_model in models_with_sealed_fields():
        for chunk in _chunks(model, pk, sealed_model, lock=True):
            for row, ring in chunk:
                changed = {}
                for each in _under_old_keys(row, ring):
                    try:
                        words = ring.open(bytes(row.__dict__[each.attname]), each.bound_to(row))
                    except SealBroken:
                        report.broken.append(f"{sealed_model._meta.label} {row.pk} {each.name}")
                        continue
                    changed[each.name] = ring.seal(words, each.bound_to(row))
                if changed:
                    # By update(), which takes sealed bytes as they are. The row stays locked until the chunk is done.
                    sealed_model._base_manager.filter(pk=row.pk).update(**changed)
                    report.values += len(changed)


def _values_under_old_keys(model: type[SealingOwner], pk: Any, report: Report) -> bool:
    """Whether anything of this owner still stands under a key that is not the newest. Counts those that open."""
    is_needed = False
    for sealed_model in models_with_sealed_fields():
        for chunk in _chunks(model, pk, sealed_model):
            for row, ring in chunk:
                for each in _under_old_keys(row, ring):
                    is_needed = True
                    try:
                        ring.open(bytes(row.__dict__[each.attname]), each.bound_to(row))
                    except SealBroken:
                        continue
                    report.busy += 1
    return is_needed


def _under_old_keys(row: Any, ring: Keyring) -> list[SealedTextField]:
    values = {each: bytes(row.__dict__[each.attname] or b"") for each in sealed_fields(type(row))}
    return [each for each, sealed in values.items() if sealed and ring.number_in(sealed) != ring.newest]


def _chunks(
    model: type[SealingOwner], pk: Any, sealed_model: type[Any], *, lock: bool = False
) -> Iterator[list[tuple[Any, Keyring]]]:
    """The rows of `sealed_model` whose words this owner seals, each with the ring, a transaction a chunk.

    An owner whose own ring does not open has none: that was reported when its ring was to be changed.
    """
    paths = fields_leading_to(sealed_model, model)
    mine = Q.create([(path, pk) for path in paths], connector=Q.OR)
    after = None
    while paths:
        with _context_of(model, pk):
            owner = model._base_manager.filter(pk=pk).first()
            rows = sealed_model._base_manager.filter(mine).order_by("pk")
            rows = rows.filter(pk__gt=after) if after else rows
            rows = list((rows.select_for_update(skip_locked=True, no_key=True) if lock else rows)[:_CHUNK])
            if owner is None or not rows or not _opens(owner):
                return
            yield [(row, owner.keyring) for row in rows if _is_sealed_by(owner, row, paths)]
            after = rows[-1].pk


def _opens(owner: SealingOwner) -> bool:
    try:
        return bool(owner.keyring)
    except SealBroken:
        return False


def _is_sealed_by(owner: SealingOwner, row: Any, paths: list[str]) -> bool:
    """A row may lead to this owner and yet be sealed by another, whom this context may not even see."""
    if isinstance(row, type(owner)):
        return True
    for path in paths:
        if row.__dict__[row._meta.get_field(path).attname] == owner.pk:
            setattr(row, path, owner)
    try:
        return row.sealing_owner is owner
    except ObjectDoesNotExist:
        return False


@checks.register(checks.Tags.security)
def every_sealed_model_leads_to_its_owner(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Fails when a rotation could not find a model's sealed words: then dropping old keys would lose them."""
    return [
        checks.Error(
            f"{model._meta.label} has sealed fields but no key of its own that leads to who seals them.",
            hint="Give it a foreign key to the model that its sealing_owner returns.",
            obj=model,
            id="hrplatform.E004",
        )
        for model in models_with_sealed_fields()
        if not any(fields_leading_to(model, owner) for owner in sealing_owners())
    ]
