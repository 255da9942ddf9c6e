import os
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.actions.exporting import export_group
from groups.models import Group
from hrplatform import isolation


class Command(BaseCommand):
    help = (
        "Write everything that a group owns into a new file. Sealed words stand open in it: whoever has the file can"
        " read them, unless it is locked with a passphrase (--lock). The group's journal says that this was done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the ten letters in the group's address")
        parser.add_argument("file")
        parser.add_argument("--lock", action="store_true", help="asks for a passphrase that opens the file again")

    def handle(self, *args: Any, **options: Any) -> None:
        with isolation.context(errand="upkeep"):
            found = Group.objects.filter(slug=options["slug"]).first()
        if found is None:
            raise CommandError("There is no group with this address.")
        passphrase = getpass("Passphrase for the file: ") if options["lock"] else ""
        if options["lock"] and len(passphrase) < 12:
            raise CommandError("A passphrase has at least 12 characters.")
        path = Path(options["file"])
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except OSError as error:
            raise CommandError(f"{path} cannot be made: {error.strerror}.") from error
        try:
            with os.fdopen(handle, "w+b") as file, isolation.context(groups=[found.pk], at_one_moment=True):
                group = Group.objects.get(pk=found.pk)
                export_group(by=None, group=group, file=file, passphrase=passphrase)
        except BaseException:
            path.unlink()
            raise
        self.stdout.write(f"{path} is written. " + ("" if passphrase else "Whoever has it can read all of it."))
