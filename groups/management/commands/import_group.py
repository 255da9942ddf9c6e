from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.actions.importing import ArchiveRefused, import_group
from groups.returning import link_for
from hrplatform.locked_files import is_locked


class Command(BaseCommand):
    help = (
        "Bring a group here from a file that export_group wrote. Prints a link for each member, with which they choose"
        " a passphrase: give it to that member and nobody else. Whatever is wrong, nothing is half-written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Path(options["file"]).open("rb") as file:
                passphrase = getpass("Passphrase of the file: ") if is_locked(file) else ""
                brought = import_group(file=file, passphrase=passphrase)
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from error
        except ArchiveRefused as error:
            raise CommandError(f"Nothing was brought here. {error}") from error
        self.stdout.write(f"{sum(brought.counts.values())} rows are here, as many as were taken along.")
        for person in brought.returning:
            self.stdout.write(f"{person.handle}\t{settings.SITE_URL}{link_for(person)}")
