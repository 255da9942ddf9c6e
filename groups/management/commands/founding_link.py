from typing import Any

from django.core.management.base import BaseCommand
from django.urls import reverse

from groups.actions import make_founding_link


class Command(BaseCommand):
    help = "Print the path of a new one-time link with which the first coordinator makes an account."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(reverse("groups:start", args=[make_founding_link()]))
