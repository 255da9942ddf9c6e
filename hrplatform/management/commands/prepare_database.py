"""Makes a real server's database ready: the database itself, its roles, and (on request) its tables and first key."""

from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hrplatform import pushing, roles, sealing


class Command(BaseCommand):
    help = "Make the database and its three roles; with --migrate its tables and the first master key too."
    # The checks of the database cannot pass before it is there.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="migrate as the owner role afterwards")
        parser.add_argument(
            "--then", action="append", default=[], metavar="COMMAND", help="then run this command too; may be repeated"
        )

    def handle(self, *args: Any, migrate: bool = False, then: list[str], **options: Any) -> None:
        if not settings.DATABASE_ADMIN_URL:
            raise CommandError(
                "Set DATABASE_URL, and DATABASE_ADMIN_URL to a login that may create roles."
                " The server that `manage.py up` brings along is prepared by it."
            )
        logins = (settings.DATABASE_URL, settings.DATABASE_OWNER_URL, settings.DATABASE_BACKUP_URL)
        try:
            roles.prepare(settings.DATABASE_ADMIN_URL, logins)
        except psycopg.Error as error:
            # The error's own words may carry the address with its password.
            raise CommandError(
                f"The database could not be prepared ({type(error).__name__}, {error.sqlstate or 'no answer'})."
                " Is the server up, and may the login of DATABASE_ADMIN_URL create databases and roles?"
            ) from None
        self.stdout.write("The database and its roles are ready.")
        if migrate:
            call_command("migrate", database="owner", verbosity=options["verbosity"])
            if not sealing.begin():
                self.stderr.write("There is no master key: private pages stay closed until it is put back.")
            pushing.begin()
        for command in then:
            call_command(command, verbosity=options["verbosity"])
