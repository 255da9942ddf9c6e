import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from groups.actions.journal import first_broken_entry
from groups.models import Group
from hrplatform import isolation
from hrplatform.sealing import KeyUnavailable


class Command(BaseCommand):
    help = "Check that nobody rewrote a group's journal. Names the group's address and the number of the first entry."

    def handle(self, *args: Any, **options: Any) -> None:
        with isolation.context(errand="upkeep"):
            groups = list(Group.objects.order_by("slug"))
        broken = 0
        for group in groups:
            # One group at a time: what one journal holds is never in reach of another's check.
            with isolation.context(groups=[group.pk]):
                try:
                    number = first_broken_entry(group)
                except KeyUnavailable as error:
                    raise CommandError(f"Journals cannot be checked without the master key. {error}") from error
            if number is not None:
                broken += 1
                self.stderr.write(f"{group.slug}: the journal does not fit from entry {number} on.")
        self.stdout.write(f"{len(groups) - broken} of {len(groups)} journals are whole.")
        if broken:
            sys.exit(1)
