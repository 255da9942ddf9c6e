from typing import Any

from django.core.management.base import BaseCommand

from resources.demonstration import load_topics


class Command(BaseCommand):
    help = "Write the topics that guides stand under. May run any number of times; what is there stays."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{len(load_topics())} topics are there.")
