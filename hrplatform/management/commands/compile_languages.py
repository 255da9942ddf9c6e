"""Makes what gettext reads out of the catalogues in locale/, where they have changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hrplatform import languages


class Command(BaseCommand):
    help = "Compile the catalogues in locale/ that have changed. Needs no gettext tools and no database."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = languages.compile_languages()
        except languages.CatalogueBroken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Compiled: {', '.join(changed)}." if changed else "Every catalogue was compiled already.")
