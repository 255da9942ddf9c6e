"""Sealed fields: what a seized disk must not tell is encrypted before it reaches the database.

Keys come in two layers. The *master key* is not in the database: it comes from MASTER_KEY or a file, each line
`id:base64`, newest first. Each owner of sealed words (a group, a person) holds a ring of *data keys*, wrapped by
the master key. So the master key can change without touching a single row, and losing an owner's ring erases its words.

AES-256-GCM throughout. The additional data binds a sealed value to `table.column:owner:row`: moved to another row,
group or column it does not open. Fernet was left aside: it shows the time of writing and binds nothing.
"""

import base64
import binascii
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import models

KEY_BYTES = 32
NONCE_BYTES = 12
# The number of its key stands in two bytes at the head of each sealed value.
MOST_KEYS = 0xFFFF
_FORMAT = 1


class KeyUnavailable(Exception):
    """The master key is not here: private words can neither be opened nor sealed."""


class SealBroken(Exception):
    """This value was not sealed by this owner for this place, or it was changed since."""


class Keyring:
    """Keys by number; the newest seals, any opens."""

    def __init__(self, keys: dict[int, bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError("A keyring needs at least one key, each of 32 bytes.")
        if not all(0 < number <= MOST_KEYS for number in keys):
            raise ValueError(f"Keys are numbered from 1 to {MOST_KEYS}.")
        self.keys = keys

    @classmethod
    def new(cls) -> "Keyring":
        return cls({1: secrets.token_bytes(KEY_BYTES)})

    @property
    def newest(self) -> int:
        return max(self.keys)

    def newest_alone(self) -> "Keyring":
        return Keyring({self.newest: self.keys[self.newest]})

    def with_new_key(self) -> "Keyring":
        return Keyring({**self.keys, self.newest + 1: secrets.token_bytes(KEY_BYTES)})

    def seal(self, plain: bytes, bound_to: str) -> bytes:
        number, nonce = self.newest, secrets.token_bytes(NONCE_BYTES)
        head = bytes([_FORMAT]) + number.to_bytes(2, "big") + nonce
        return head + AESGCM(self.keys[number]).encrypt(nonce, plain, bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """The words again. Raises SealBroken when anything about them, or their place, is not as it was."""
        head, nonce, rest = sealed[:3], sealed[3 : 3 + NONCE_BYTES], sealed[3 + NONCE_BYTES :]
        key = self.keys.get(self.number_in(sealed))
        if len(head) < 3 or head[0] != _FORMAT or key is None:
            raise SealBroken("Sealed with a key that is not on this ring.")
        try:
            return AESGCM(key).decrypt(nonce, rest, bound_to.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken("Sealed for another place, or changed since.") from error

    @staticmethod
    def number_in(sealed: bytes) -> int:
        """The number of the key that sealed this, as its head says; unproven until it opens."""
        return int.from_bytes(sealed[1:3], "big")

    def as_text(self) -> str:
        lines = (
            f"{number}:{base64.b64encode(self.keys[number]).decode()}" for number in sorted(self.keys, reverse=True)
        )
        return "\n".join(lines) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "Keyring":
        """Raises ValueError for anything but lines of `number:base64`, each number once."""
        pairs = [line.split(":", 1) for line in text.split()]
        keys = {int(number): base64.b64decode(key, validate=True) for number, key in pairs}
        if len(keys) != len(pairs):
            raise ValueError("Two keys have the same number: which one is meant cannot be known.")
        return cls(keys)


# --- The master key -------------------------------------------------------------------------------------------------


def master_keyring() -> Keyring:
    """The master keys as they are now. Read each time: when the file is taken away, private words close at once.

    Raises KeyUnavailable.
    """
    try:
        text = settings.MASTER_KEY or Path(settings.MASTER_KEY_PATH).read_text()
        return Keyring.from_text(text)
    except OSError as error:
        raise KeyUnavailable("No master key: set MASTER_KEY or MASTER_KEY_FILE.") from error
    except (ValueError, binascii.Error) as error:
        raise KeyUnavailable("The master key is not of the form id:base64, 32 bytes.") from error


def is_available() -> bool:
    try:
        master_keyring()
    except KeyUnavailable:
        return False
    return True


def write_master_keyring(keyring: Keyring) -> None:
    """Put the keys in their file, whole or not at all, readable by this user only."""
    path = Path(settings.MASTER_KEY_PATH)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as handle:
        handle.write(keyring.as_text())
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
    # The new name must outlive a power cut: what is wrapped from now on opens with nothing else.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# --- Owners and their data keys -------------------------------------------------------------------------------------


class WrappedKeysField(models.BinaryField):  # type: ignore[type-arg]
    """The wrapped ring of a sealing owner. An owner that has none yet gets one with its first save."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "editable": False})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        owner = cast(SealingOwner, model_instance)
        if not owner.wrapped_keys:
            owner.wrap(Keyring.new())
        if add or owner.has_new_ring:
            return bytes(owner.wrapped_keys)
        # Whoever saves another field of an owner must not put back a ring that was changed since they read it.
        return models.F(self.attname)


class SealingOwner(models.Model):
    """Who sealed words belong to: holds the ring of data keys, wrapped by the master key."""

    wrapped_keys = WrappedKeysField()

    class Meta:
        abstract = True

    def __getstate__(self) -> dict[str, Any]:
        """Opened keys stay in this process: a pickled owner, in a cache or a queue, goes without them."""
        return {name: value for name, value in super().__getstate__().items() if name != "_opened_ring"}

    def _ring_place(self) -> str:
        return f"{self._meta.db_table}.wrapped_keys:{self.pk}:{self.pk}"

    @property
    def keyring(self) -> Keyring:
        """The data keys, opened. Raises KeyUnavailable without the master key."""
        if not self.wrapped_keys:
            self.wrap(Keyring.new())
        wrapped = bytes(self.wrapped_keys)
        opened: tuple[bytes, Keyring] | None = self.__dict__.get("_opened_ring")
        if opened is None or opened[0] != wrapped:
            text = master_keyring().open(wrapped, self._ring_place()).decode()
            opened = self.__dict__["_opened_ring"] = (wrapped, Keyring.from_text(text))
        return opened[1]

    def wrap(self, keyring: Keyring) -> None:
        """Wrap this ring with the newest master key. The caller saves."""
        self.wrapped_keys = master_keyring().seal(keyring.as_text().encode(), self._ring_place())
        self.__dict__["_new_ring"] = self.wrapped_keys

    @property
    def has_new_ring(self) -> bool:
        """Whether the ring in hand was made here, not read from the database."""
        return bool(self.wrapped_keys) and self.__dict__.get("_new_ring") == self.wrapped_keys


class HasSealingOwner(Protocol):
    pk: Any

    @property
    def sealing_owner(self) -> SealingOwner: ...


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]
    """Text that is sealed in the database. In Python it reads and writes as `str`.

    The model says whose key applies by its `sealing_owner` property. Values are opened when read, not when
    fetched: a list that never shows the words never needs the key. `filter(field=...)` and `update(field="...")`
    are refused: sealed words cannot be compared, and sealing needs the row they are bound to.
    """

    description = "Sealed text"
    empty_values = [None, "", b""]

    def __init__(self, *args: Any, max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_length": max_length, "editable": True})

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, name, SealedText(self))

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        value = model_instance.__dict__.get(self.attname)
        if not isinstance(value, str):
            return None if value is None else bytes(value)
        row = cast(HasSealingOwner, model_instance)
        return row.sealing_owner.keyring.seal(value.encode(), self.bound_to(row)) if value else b""

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, str) and value:
            raise TypeError(f"{self.name} is sealed: it cannot be compared, and is written by saving its row.")
        return b"" if value == "" else super().get_prep_value(value)

    def _check_str_default_value(self) -> list[checks.CheckMessage]:
        """A text is the right default here, whatever the parent thinks."""
        return []

    def to_python(self, value: Any) -> Any:
        """As it is. The parent would take text for base64, and a form's full_clean() would store what came of it."""
        return value

    def bound_to(self, row: HasSealingOwner) -> str:
        if row.pk is None:
            raise ValueError(f"{self.name} is bound to its row's key, so the row needs one before it is sealed.")
        return f"{self.model._meta.db_table}.{self.column}:{row.sealing_owner.pk}:{row.pk}"

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return forms.CharField(required=not self.blank, max_length=self.max_length, **kwargs)


class SealedText:
    """The attribute of a sealed field: bytes inside are still sealed, a str is open."""

    def __init__(self, field: SealedTextField) -> None:
        self.field = field

    @overload
    def __get__(self, row: None, owner: type[models.Model]) -> "SealedText": ...
    @overload
    def __get__(self, row: models.Model, owner: type[models.Model]) -> str: ...
    def __get__(self, row: models.Model | None, owner: type[models.Model]) -> "SealedText | str":
        if row is None:
            return self
        name = self.field.attname
        if name not in row.__dict__:
            row.refresh_from_db(fields=[name])
        value = row.__dict__[name]
        if isinstance(value, bytes | memoryview):
            sealed = bytes(value)
            holder = cast(HasSealingOwner, row)
            value = holder.sealing_owner.keyring.open(sealed, self.field.bound_to(holder)).decode() if sealed else ""
        return value or ""

    def __set__(self, row: models.Model, value: str | bytes | memoryview | None) -> None:
        row.__dict__[self.field.attname] = value


def sealed_fields(model: type[models.Model]) -> list[SealedTextField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedTextField)]


def models_with_sealed_fields() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if sealed_fields(model)]


def sealing_owners() -> Iterator[type[SealingOwner]]:
    yield from (model for model in apps.get_models() if issubclass(model, SealingOwner))


def begin() -> bool:
    """Make the first master key of a new instance. Returns whether there is a key now.

    Never for an instance that already has people: a key that was taken away must come back, not be replaced.
    """
    if is_available():
        return True
    if settings.MASTER_KEY or Path(settings.MASTER_KEY_PATH).exists():
        return False
    if any(owner._default_manager.exists() for owner in sealing_owners()):
        return False
    write_master_keyring(Keyring.new())
    return True
