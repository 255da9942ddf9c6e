"""Removes and blanks what is past its days, now, and says what went."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hrplatform import retention


class Command(BaseCommand):
    help = "Remove and blank everything that hrplatform/data_policy.toml says has been kept long enough."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = retention.execute()
        except retention.PolicyBroken as error:
            raise CommandError(
                f"{error} The rest was done. The log says why; run this again when it is mended."
            ) from error
        for name, count in sorted(done.items()):
            self.stdout.write(f"{count:8} {name}")
        if not done:
            self.stdout.write("Nothing was past its days.")
