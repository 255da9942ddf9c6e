from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groups.models import Person


class Command(BaseCommand):
    help = "Let a person look after this instance: its settings, topics and catalogue. Shows them no group's records."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("handle")
        parser.add_argument("--take-back", action="store_true", help="end it again")

    def handle(self, *args: Any, **options: Any) -> None:
        changed = Person.objects.filter(handle__iexact=options["handle"]).update(is_operator=not options["take_back"])
        if not changed:
            raise CommandError(f"There is nobody called {options['handle']} here.")
        self.stdout.write("Done. It holds from their next page on.")
