"""Writing topics: the instance's own, so there is no group and no journal."""

from collections.abc import Mapping

from django.db import transaction

from hrplatform import public_pages
from resources.models import Topic, TopicName


@transaction.atomic
def write_topic(
    *, slug: str, position: int, names: Mapping[str, str], descriptions: Mapping[str, str] | None = None
) -> Topic:
    """Make or change a topic, with its names by language. Names in other languages stay. Returns the topic."""
    topic, _ = Topic.objects.update_or_create(slug=slug, defaults={"position": position})
    for language, name in names.items():
        facts = {"name": name, "description": (descriptions or {}).get(language, "")}
        TopicName.objects.update_or_create(topic=topic, language=language, defaults=facts)
    transaction.on_commit(public_pages.mark_changed)
    return topic
