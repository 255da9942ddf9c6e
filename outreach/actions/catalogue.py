"""Filling the catalogue from the file that comes with the program."""

import tomllib
from pathlib import Path

from django.db import transaction

from outreach.models import Item, ItemName

CATALOGUE = Path(__file__).resolve().parent.parent / "catalogue.toml"


@transaction.atomic
def load_catalogue(*, path: Path = CATALOGUE) -> tuple[int, int]:
    """Add the items and names that are not there yet; what the operator changed stays. Returns how many of each."""
    items_added = names_added = 0
    for facts in tomllib.loads(path.read_text())["items"]:
        names = facts.pop("names")
        item, is_new = Item.objects.get_or_create(slug=facts.pop("slug"), defaults=facts)
        items_added += is_new
        known = set(item.names.values_list("language", flat=True))
        missing = [
            ItemName(item=item, language=language, name=name)
            for language, name in names.items()
            if language not in known
        ]
        ItemName.objects.bulk_create(missing)
        names_added += len(missing)
    return items_added, names_added
