"""One of each of what groups/models/practices.py, rights.py and campaigns.py hold, for tests that need something."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from groups.actions import campaigns, practices, rights
from groups.models import Campaign, Membership, Practice, RightsRecord, SharedCampaign, SharedPractice
from hrplatform import isolation
from resources.actions import grow_guide
from resources.models import Topic

WORDS = {"title": "one spare", "what": "we always carry one spare", "when": "", "hard": "", "changed": ""}
CONSENTS = {"consent_help": False, "consent_statistics": False, "consent_publication": False}


def practice_of(member: Membership, **facts: Any) -> Practice:
    with isolation.context(person=member.person_id, groups=[member.group_id]):
        return practices.write_practice(by=member, entry=uuid4(), **{"setting": "outside", **WORDS, **facts})


def record_of(member: Membership, **facts: Any) -> RightsRecord:
    wanted = {
        "month": date(2026, 10, 1), "day": "", "place": "", "whom": "young", "actor": "police", "violation": "violence",
        "what": "they were pushed against a wall", "response": "", **CONSENTS, **facts,
    }  # fmt: skip
    with isolation.context(person=member.person_id, groups=[member.group_id]):
        return rights.record_rights(by=member, entry=uuid4(), **wanted)


def campaign_of(member: Membership, **facts: Any) -> Campaign:
    wanted = {"title": "open at night", "demand": "a room that is open at night", "target": "", "allies": "",
              "state": "running", "result": "", **facts}  # fmt: skip
    with isolation.context(person=member.person_id, groups=[member.group_id]):
        return campaigns.start_campaign(by=member, entry=uuid4(), **wanted)


def one_of_each(member: Membership, topic: Topic) -> dict[str, UUID]:
    """By the words that stand before their ids in addresses. What is shared is shared with a network that is none."""
    practice, campaign = practice_of(member), campaign_of(member)
    with isolation.context(person=member.person_id, groups=[member.group_id]):
        action = campaigns.add_campaign_action(
            by=member, campaign=campaign, entry=uuid4(), on=date(2026, 12, 1), what="we go there"
        )
        shared = SharedPractice.objects.create(
            group=member.group, practice=practice, audience="network", language="en", setting="outside", **WORDS
        )
        told = SharedCampaign.objects.create(
            group=member.group, campaign=campaign, audience="network", language="en", state="running", title="x",
            demand="y", group_name="z",
        )  # fmt: skip
        draft = grow_guide(by=member, practice=practice_of(member), topic=topic, credited=False)
    return {
        "practices": practice.pk,
        "shared": shared.pk,
        "rights": record_of(member).pk,
        "campaigns": campaign.pk,
        "deeds": action.pk,
        "demands": told.pk,
        "drafts": draft.pk,
    }
