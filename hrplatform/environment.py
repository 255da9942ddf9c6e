"""What settings are read from: what a person wrote, checked. The sentence about a wrong value names its variable."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


def own_secret(file: Path) -> str:
    """The secret of this installation, made once. It signs sessions; sealed fields use the master key instead."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        # Exclusive creation: of two processes that start together one writes and the other reads.
        try:
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as handle:
                handle.write(secrets.token_urlsafe(50))
        except FileExistsError:
            pass
    return file.read_text()


def address_of(variable: str, value: str, example: str, *, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of an address in a variable. Raises ImproperlyConfigured, and never shows what may hold a password."""
    try:
        parts = urlsplit(value)
        has_place = bool(parts.hostname) or (parts.scheme == "unix" and bool(parts.path))
        is_good = parts.scheme in schemes and has_place and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise ImproperlyConfigured(f"{variable} must look like {example}.")
    return parts


def database(variable: str, url: str, role: str, **options: Any) -> dict[str, Any]:
    """Settings for one role. A login that is not itself the role takes the role on with its first packet."""
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    except (ValueError, KeyError):
        parsed = {}
    if parsed.get("ENGINE") != "django.db.backends.postgresql" or not parsed.get("NAME"):
        raise ImproperlyConfigured(
            f"{variable} must name a PostgreSQL database: postgres://user:password@host:5432/name."
        )
    if parsed["USER"] != role:
        options["options"] = f"-c role={role}"
    parsed["OPTIONS"] = {"connect_timeout": 5, **parsed.get("OPTIONS", {}), **options}
    return {**parsed, "CONN_HEALTH_CHECKS": True}
