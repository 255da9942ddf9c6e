"""Forgets the master key: from now on nobody can open what is sealed here."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

CONFIRMATION = "forget"


class Command(BaseCommand):
    help = "Overwrite and remove the key file. Private pages close at once; only a copy of the key opens them again."
    # In a hurry there is no time for checks, and no need for a database.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, yes: bool = False, **options: Any) -> None:
        if settings.MASTER_KEY:
            raise CommandError("The key is in the variable MASTER_KEY. Remove it there and stop every process.")
        path = Path(settings.MASTER_KEY_PATH)
        # Beside the key: drafts that a crash in the middle of a rotation left behind, and copies of that name.
        files = [file for file in (path, *path.parent.glob(f"{path.name}.*")) if file.is_file()]
        if not files:
            self.stdout.write(f"There is no key at {path}: it is forgotten already.")
            return
        if not yes:
            self.stdout.write(f"This removes {', '.join(str(file) for file in files)}.")
            self.stdout.write("Without a copy kept elsewhere, nobody can ever open what is sealed here.")
            if input(f"Type {CONFIRMATION} to go on: ").strip() != CONFIRMATION:
                raise CommandError("Nothing was changed.")
        for file in files:
            overwrite_and_remove(file)
        self.stdout.write(
            "The key is gone. Private pages answer 503 from now on, public pages stay open.\n"
            f"To come back, put your copy at {path}, readable by this user only. No restart is needed."
        )


def overwrite_and_remove(file: Path) -> None:
    """Random bytes over it, then gone. A disk that moves what it writes (SSD) may still hold the old ones somewhere."""
    with file.open("r+b") as handle:
        handle.write(secrets.token_bytes(file.stat().st_size))
        handle.flush()
        os.fsync(handle.fileno())
    file.unlink()
