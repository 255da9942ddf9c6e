"""Rows with a canary in every sealed field, for tests/test_sealing.py and tests/test_rotation.py."""

from datetime import UTC, date, datetime

from django.db import models

from groups.models import (
    ActionItem,
    AgendaItem,
    Agreement,
    ApiToken,
    Application,
    Ballot,
    Comment,
    Device,
    Group,
    Meeting,
    MeetingSeries,
    Membership,
    Option,
    Payment,
    Person,
    Proposal,
    Purpose,
    TellerEntry,
)
from groups.models.campaigns import Campaign, CampaignAction
from groups.models.practices import Practice, PracticeComment
from groups.models.rights import RightsRecord
from hrplatform import sealing
from outreach.models import Contact
from outreach.models.contacts import new_contact_id
from tests.conftest import World

CANARY = "canary-Kanarienvogel-6f1c-канарейка"
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)


def meeting_of(group: Group, place: str = "") -> Meeting:
    return Meeting.objects.create(group=group, title="Thursday", starts_at=MIDNIGHT, place=place)


def sealed_rows(world: World) -> list[models.Model]:
    """One row of every model that seals anything, with the canary in each sealed field."""
    union, ana = world.union, world.ana.person
    rows: list[models.Model] = [
        Person.objects.get(pk=ana.pk),
        Group.objects.get(pk=union.pk),
        Membership.objects.get(pk=world.ana.pk),
        Meeting(group=union, title="Thursday", starts_at=MIDNIGHT),
        MeetingSeries(group=union, title="Thursdays", first_local="2026-11-20T19:00", recurrence="FREQ=WEEKLY"),
        ApiToken(person=ana, scopes=[], token_hash="0" * 64, expires_on=date(2027, 1, 1)),
        Payment(
            group=union,
            number=901,
            on=date(2026, 11, 20),
            kind="received",
            purpose=Purpose.objects.create(group=union, name="Soup"),
            amount=500,
        ),
        Contact(id=new_contact_id(MIDNIGHT), group=union, worker=ana, at=MIDNIGHT, local_day=date(2026, 11, 20)),
        Device(person=ana, mark="0" * 64),
        Application(group=union, person=ana, standing="peer"),
        *_practices_rights_campaigns(union),
        *_decisions(union, world.ana),
        *_meetings(union),
    ]
    for row in rows:
        for field in sealing.sealed_fields(type(row)):
            setattr(row, field.name, CANARY)
        row.save()
    return rows


def _practices_rights_campaigns(union: Group) -> list[models.Model]:
    practice = Practice.objects.create(group=union, title="a spare", what="x")
    campaign = Campaign.objects.create(group=union, title="keys", demand="x")
    return [
        practice,
        PracticeComment(group=union, practice=practice, written_at=MIDNIGHT, number=1),
        RightsRecord(group=union, month=date(2026, 11, 1), whom="young", actor="police", violation="arrest"),
        campaign,
        CampaignAction(group=union, campaign=campaign, on=date(2026, 11, 20)),
    ]


def _decisions(union: Group, member: Membership) -> list[models.Model]:
    later = datetime(2026, 11, 21, tzinfo=UTC)
    proposal = Proposal.objects.create(group=union, title="x", opens_at=MIDNIGHT, closes_at=later)
    return [
        proposal,
        Option(group=union, proposal=proposal, position=1),
        Comment(group=union, proposal=proposal),
        Ballot(group=union, proposal=proposal, is_secret=False),
        TellerEntry(group=union, proposal=proposal, teller=member),
        Agreement(group=union, agreed_on=date(2026, 11, 20)),
    ]


def _meetings(union: Group) -> list[models.Model]:
    meeting = meeting_of(union)
    return [
        AgendaItem(group=union, meeting=meeting),
        ActionItem(group=union),
    ]


def place_of(meeting: Meeting) -> str:
    return Meeting._base_manager.get(pk=meeting.pk).place


def words_of(row: models.Model) -> list[str]:
    fresh = type(row)._base_manager.get(pk=row.pk)
    return [getattr(fresh, field.name) for field in sealing.sealed_fields(type(row))]


def stored(row: models.Model, field: str) -> bytes:
    return bytes(type(row)._base_manager.values_list(field, flat=True).get(pk=row.pk) or b"")
