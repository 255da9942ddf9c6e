from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from groups.models import Group, Membership
from hrplatform import isolation
from resources.actions import Text, publish_guide, write_topic
from resources.demonstration import load
from resources.models import Guide, Topic

BODY = """First words [@who-2014].

::: now
Call [@who-2014].
:::

## How it looks

See [the other one](guide:other-guide)."""
SOURCE = {
    "key": "who-2014",
    "title": "Community management of opioid overdose",
    "publisher": "World Health Organization",
    "year": 2014,
    "url": "https://www.who.int/",
}


@pytest.fixture
def topic(db: None) -> Topic:
    return write_topic(slug="overdose", position=1, names={"en": "Overdose", "ru": "Передозировка"})


@pytest.fixture
def publish(topic: Topic, ana: Membership) -> Callable[..., Guide]:
    """Publish a small guide as Ana's union; any fact can be another one."""

    def published(**facts: Any) -> Guide:
        wanted: dict[str, Any] = {
            "by": None,
            "group": ana.group,
            "slug": "a-guide",
            "topic": topic,
            "original_language": "en",
            "texts": {"en": Text("What helps", "How to see it early.", BODY)},
            "sources": [SOURCE],
            "last_checked_on": date(2026, 9, 14),
        }
        wanted |= facts
        with isolation.context(groups=[wanted["group"].pk]):
            return publish_guide(**wanted)

    return published


@pytest.fixture
def guides(ana: Membership, dee: Membership) -> list[Guide]:
    """The demonstration guides: Ana's union can be found, Dee's group cannot."""
    with isolation.context(groups=[ana.group_id]):
        Group.objects.filter(pk=ana.group_id).update(
            visibility="public", area="East Village", how_to_reach="Ask at the window."
        )
        ana.group.refresh_from_db()
    return load({"union": ana.group, "elsewhere": dee.group})
