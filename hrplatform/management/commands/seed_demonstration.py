"""Wiring: the one command that knows every app's part of the demonstration."""

import random
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

import groups.demonstration
import outreach.demonstration
import resources.demonstration
from groups.models import Person
from hrplatform.models import InstanceSettings

SEED = 2007


class Command(BaseCommand):
    help = "Fill an empty instance with the demonstration world. The same day gives the same world."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if Person.objects.exists():
            raise CommandError("There are people here already. The demonstration needs an empty instance.")
        seed, now = random.Random(SEED), timezone.now()  # noqa: S311 (sample data, not secrets)
        InstanceSettings.objects.update_or_create(pk=InstanceSettings.ONLY, defaults={"is_demonstration": True})
        self.stdout.write("  people, groups and meetings in four cities ...")
        world = groups.demonstration.build(now=now, seed=seed)
        self.stdout.write("  six months of contacts ...")
        outreach.demonstration.build(groups=world.groups, people=world.memberships, now=now, random=seed)
        self.stdout.write("  guides in four languages ...")
        resources.demonstration.load(world.groups)
