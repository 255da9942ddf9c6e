"""Reads the folder of texts and publishes it, the way a group would: through the action."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groups.models import Group, Membership, Practice
from hrplatform import isolation
from resources.actions import Text, grow_guide, publish_guide, write_topic
from resources.models import Guide, Topic

FOLDER = Path(__file__).parent


def load(groups_by_key: Mapping[str, Group]) -> list[Guide]:
    """Publish every guide of the folder, each made by one of these groups. Doing it again changes nothing.

    Groups that want to be known take turns, in the order of their keys; the same guide always has the same maker.
    Raises ValidationError when a text cannot be published.
    """
    topics = {topic.slug: topic for topic in load_topics()}
    groups = [groups_by_key[key] for key in sorted(groups_by_key)]
    makers = [group for group in groups if group.visibility == Group.Visibility.PUBLIC] or groups
    published = [
        _publish(folder, topics, makers[number % len(makers)])
        for number, folder in enumerate(sorted(FOLDER.glob("guides/*/")))
    ]
    for group in makers:
        _grow(group, next(iter(topics.values())))
    return published


def _grow(group: Group, topic: Topic) -> None:
    """Where a group shares a practice, the draft of a guide has begun from it."""
    with isolation.context(groups=[group.pk]):
        practice = Practice.objects.filter(group=group, shares__isnull=False).select_related("group").first()
        members = Membership.objects.active().with_roles().filter(group=group).order_by("person__handle")
        writer = next((member for member in members if member.may_draft_guides), None)
        if practice is not None and writer is not None:
            grow_guide(by=writer, practice=practice, topic=topic, credited=True)


def load_topics() -> list[Topic]:
    """The topics of the folder. One that is there already stays as the operator left it."""
    present = {topic.slug: topic for topic in Topic.objects.all()}
    with (FOLDER / "topics.toml").open("rb") as file:
        return [present.get(topic["slug"]) or write_topic(**topic) for topic in tomllib.load(file)["topics"]]


def _publish(folder: Path, topics: Mapping[str, Topic], group: Group) -> Guide:
    facts: dict[str, Any] = tomllib.loads((folder / "guide.toml").read_text())
    with isolation.context(groups=[group.pk]):
        return publish_guide(
            by=None,
            group=group,
            slug=folder.name,
            topic=topics[facts["topic"]],
            position=facts["position"],
            original_language=facts["original_language"],
            sources=facts["sources"],
            last_checked_on=facts["last_checked"],
            published_on=facts["last_checked"],
            texts={file.stem: read_text(file.read_text()) for file in sorted(folder.glob("*.md"))},
        )


def read_text(markdown: str) -> Text:
    """A file: `# Title`, one paragraph of summary, then the text. Raises ValueError when it is not like this."""
    title, summary, body = (part.strip() for part in markdown.split("\n\n", 2))
    if not title.startswith("# "):
        raise ValueError("A guide begins with its title, as in: # Title")
    return Text(title.removeprefix("# ").strip(), " ".join(summary.split()), body)
