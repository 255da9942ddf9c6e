"""Changes the keys that sealed words are kept under, while everything runs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hrplatform import rotation


class Command(BaseCommand):
    help = "Add a new master key and move everyone to it. Ten minutes later: --drop-old lets go of the old ones."

    def add_arguments(self, parser: CommandParser) -> None:
        step = parser.add_mutually_exclusive_group()
        step.add_argument(
            "--data-keys",
            action="store_true",
            help="also give each group and person a new data key, and seal all their words again",
        )
        step.add_argument(
            "--drop-old", action="store_true", help="second step: let go of every key that nothing needs any more"
        )

    def handle(self, *args: Any, data_keys: bool = False, drop_old: bool = False, **options: Any) -> None:
        try:
            report = rotation.drop_old() if drop_old else rotation.rotate(data_keys=data_keys)
        except rotation.RotationRefused as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The key file cannot be written: {error}. Nothing is lost; run this again.") from error
        if report.resumed:
            self.stdout.write("An earlier rotation had been cut short. This finished it, with the key made then.")
        self.stdout.write(f"{report.rings} key rings wrapped anew, {report.values} values sealed anew.")
        for name in report.broken:
            self.stderr.write(f"Does not open with any key: {name}")
        if report.broken:
            raise CommandError("The above was left as it is, with every key that might open it. Compare a backup.")
        if report.busy:
            raise CommandError(
                f"{report.busy} values were being written just now and still need an old key. Run this again."
            )
        if drop_old:
            self.stdout.write(
                f"{report.master_keys_dropped} old master keys dropped. Backups made before need them: keep a copy"
                " with those backups, or destroy both."
            )
        else:
            self.stdout.write("Copy the key file to a safe place now. In ten minutes: manage.py rotate_keys --drop-old")
