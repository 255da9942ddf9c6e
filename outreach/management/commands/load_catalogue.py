from typing import Any

from django.core.management.base import BaseCommand

from outreach.actions import load_catalogue


class Command(BaseCommand):
    help = "Add the standard supplies that are not in the catalogue yet. Changes nothing that is there."

    def handle(self, *args: Any, **options: Any) -> None:
        items, names = load_catalogue()
        self.stdout.write(f"Catalogue: {items} items and {names} names added.")
