"""What every page needs to know about the instance, without a query for each page."""

import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import translation

from hrplatform.models import InstanceSettings

_LIVES_SECONDS = 5.0


@dataclass(frozen=True)
class Instance:
    name: str
    exit_url: str
    source_url: str
    is_demonstration: bool


_known: tuple[float, Instance] | None = None


def current_instance() -> Instance:
    """The instance's name and exit page; asked again after five seconds. Without a database: the last known."""
    global _known  # noqa: PLW0603 (what this process knows, on purpose)
    now = time.monotonic()
    if _known is None or now - _known[0] > _LIVES_SECONDS:
        try:
            # A savepoint inside a transaction: an error here must not spoil what the page still has to read.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                row = InstanceSettings.objects.filter(pk=InstanceSettings.ONLY).first() or InstanceSettings()
        except DatabaseError:
            if _known is not None:
                return _known[1]
            row = InstanceSettings()
        _known = (now, Instance(row.name, row.exit_page, settings.SOURCE_URL, row.is_demonstration))
    return _known[1]


def last_known_instance() -> Instance:
    """The instance as it was when somebody last asked; never asks the database."""
    if _known is not None:
        return _known[1]
    row = InstanceSettings()
    return Instance(row.name, row.exit_page, settings.SOURCE_URL, row.is_demonstration)


def instance(request: HttpRequest) -> dict[str, Any]:
    path = request.get_full_path()
    return {
        "instance": current_instance(),
        "languages": [
            {
                "code": code,
                "name_local": translation.get_language_info(code)["name_local"],
                "url": translate_url(path, code),
            }
            for code, _ in settings.LANGUAGES
        ]
        if translation.get_language_from_path(request.path_info)
        else [],
    }
