"""Acts with practices, rights records and campaigns, for tests/test_journal.py: (who acted, the verb, on what)."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

from groups.actions import campaigns, practices, rights
from groups.models import Group, Membership
from hrplatform import isolation
from resources.actions import edit_draft, grow_guide, remove_draft, write_topic
from tests.conftest import World
from tests.groups.outward import CONSENTS, WORDS, campaign_of, practice_of, record_of

CANARY = "canary-words-7391"
Act = Callable[[World], tuple[Membership | None, str, Any]]
TEXTS = dict.fromkeys(WORDS, CANARY)


def gone(thing: Any, remove: Callable[[], object]) -> Any:
    """Removed, with the id it had."""
    pk = thing.pk
    remove()
    thing.pk = pk
    return thing


def practice(world: World, verb: str) -> tuple[Membership, str, Any]:
    made = practice_of(world.ana, **TEXTS)
    match verb:
        case "change_practice":
            practices.change_practice(by=world.ana, practice=made, setting="home", **TEXTS)
        case "remove_practice":
            made = gone(made, lambda: practices.remove_practice(by=world.ana, practice=made))
        case "comment_on_practice":
            comment = practices.comment_on_practice(by=world.ana, practice=made, entry=uuid4(), words=CANARY)
            return world.ana, verb, comment
        case "share_practice" | "unshare_practice":
            shared = practices.share_practice(by=world.ana, practice=made, audience="everyone", signed=False)
            if verb == "unshare_practice":
                shared = gone(shared, lambda: practices.unshare_practice(by=world.ana, practice=made))
            return world.ana, verb, shared
    return world.ana, verb, made


def carried_on(world: World) -> tuple[Membership, str, Any]:
    theirs = practice_of(world.dee, **TEXTS)
    with isolation.context(person=world.dee.person_id, groups=[world.elsewhere.pk]):
        shared = practices.share_practice(by=world.dee, practice=theirs, audience="everyone", signed=False)
    return world.ana, "carry_on_practice", practices.carry_on_practice(by=world.ana, shared=shared)


def draft(world: World, verb: str) -> tuple[Membership, str, Any]:
    topic = write_topic(slug="overdose", position=1, names={"en": CANARY})
    text = grow_guide(by=world.ana, practice=practice_of(world.ana, **TEXTS), topic=topic, credited=False)
    guide = text.guide
    match verb:
        case "edit_draft":
            edit_draft(by=world.ana, text=text, title=CANARY, summary=CANARY, body=CANARY)
        case "remove_draft":
            guide = gone(guide, lambda: remove_draft(by=world.ana, text=text))
    return world.ana, verb, guide


def rights_record(world: World, verb: str) -> tuple[Membership, str, Any]:
    made = record_of(world.ana, what=CANARY)
    match verb:
        case "follow_up_rights":
            rights.follow_up_rights(by=world.ana, rights_record=made, response=CANARY, outcome=CANARY, **CONSENTS)
        case "remove_rights_record":
            made = gone(made, lambda: rights.remove_rights_record(by=world.ana, rights_record=made))
    return world.ana, verb, made


def campaign(world: World, verb: str) -> tuple[Membership, str, Any]:
    made = campaign_of(world.ana, title=CANARY)
    match verb:
        case "change_campaign":
            facts = {"title": CANARY, "demand": CANARY, "target": "", "allies": "", "state": "won", "result": CANARY}
            campaigns.change_campaign(by=world.ana, campaign=made, **facts)
        case "remove_campaign":
            made = gone(made, lambda: campaigns.remove_campaign(by=world.ana, campaign=made))
        case "link_records":
            consenting = record_of(world.ana, consent_statistics=True)
            campaigns.link_records(by=world.ana, campaign=made, rights_records=[consenting])
        case "add_campaign_action" | "remove_campaign_action":
            action = campaigns.add_campaign_action(
                by=world.ana, campaign=made, entry=uuid4(), on=date(2026, 12, 1), what=CANARY
            )
            if verb == "remove_campaign_action":
                action = gone(action, lambda: campaigns.remove_campaign_action(by=world.ana, action=action))
            return world.ana, verb, action
        case "share_campaign" | "unshare_campaign":
            world.ana.group.visibility = Group.Visibility.PUBLIC
            world.ana.group.save(update_fields=["visibility"])
            shared = campaigns.share_campaign(by=world.ana, campaign=made, audience="public", says_records=False)
            if verb == "unshare_campaign":
                shared = gone(shared, lambda: campaigns.unshare_campaign(by=world.ana, campaign=made))
            return world.ana, verb, shared
    return world.ana, verb, made


OUTWARD_ACTS: dict[str, Act] = {
    **{
        verb: partial(practice, verb=verb)
        for verb in (
            *("write_practice", "change_practice", "remove_practice", "comment_on_practice"),
            *("share_practice", "unshare_practice"),
        )
    },
    "carry_on_practice": carried_on,
    **{verb: partial(draft, verb=verb) for verb in ("grow_guide", "edit_draft", "remove_draft")},
    **{
        verb: partial(rights_record, verb=verb)
        for verb in ("record_rights", "follow_up_rights", "remove_rights_record")
    },
    **{
        verb: partial(campaign, verb=verb)
        for verb in (
            *("start_campaign", "change_campaign", "remove_campaign", "link_records"),
            *("add_campaign_action", "remove_campaign_action", "share_campaign", "unshare_campaign"),
        )
    },
}
