"""Campaigns: from a demand to what came of it, and what others read of them."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from groups import access
from groups.actions.journal import record
from groups.entries import entry_id
from groups.models import (
    Campaign,
    CampaignAction,
    CampaignRecord,
    Group,
    Membership,
    Power,
    RightsRecord,
    SharedCampaign,
)
from groups.models.campaigns import ACTIONS_SHARED, MOST_ACTIONS, protected
from hrplatform import public_pages


class TooManyActions(Exception):
    """A campaign with more actions than anyone could read."""


class NobodyToShareWith(Exception):
    """The group is in no network, or is not public."""


@transaction.atomic
def start_campaign(*, by: Membership, entry: UUID, **facts: str) -> Campaign:
    """Start a campaign, for any member. The same `entry` again writes nothing."""
    values = {"group": by.group, "written_by": by, **facts}
    campaign, is_new = Campaign.objects.get_or_create(pk=entry_id(by, entry), defaults=values)
    if is_new:
        record(by=by, group=by.group, verb="start_campaign", on=campaign)
    return campaign


@transaction.atomic
def change_campaign(*, by: Membership, campaign: Campaign, **facts: str) -> Campaign:
    """What others read stays as it was shared until it is shared again."""
    _require_own(by, campaign)
    for name, value in facts.items():
        setattr(campaign, name, value)
    campaign.save()
    record(by=by, group=by.group, verb="change_campaign", on=campaign)
    return campaign


@transaction.atomic
def remove_campaign(*, by: Membership, campaign: Campaign) -> None:
    _require_own(by, campaign)
    if Campaign.objects.select_for_update().filter(pk=campaign.pk).exists():
        record(by=by, group=by.group, verb="remove_campaign", on=campaign)
        campaign.delete()
        transaction.on_commit(public_pages.mark_changed)


def _require_own(by: Membership, campaign: Campaign) -> None:
    if not campaign.may_be_changed_by(by):
        raise PermissionDenied(Power.COORDINATE)


@transaction.atomic
def add_campaign_action(*, by: Membership, campaign: Campaign, entry: UUID, on: date, what: str) -> CampaignAction:
    """Add what is done on a day, for any member. Raises TooManyActions."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.actions.count() >= MOST_ACTIONS:
        raise TooManyActions
    facts = {"group": by.group, "campaign": campaign, "written_by": by, "on": on, "what": what}
    action, is_new = CampaignAction.objects.get_or_create(pk=entry_id(by, entry), defaults=facts)
    if is_new:
        record(by=by, group=by.group, verb="add_campaign_action", on=action)
    return action


@transaction.atomic
def remove_campaign_action(*, by: Membership, action: CampaignAction) -> None:
    """Whoever added it may take it away, and whoever may change the campaign."""
    if action.written_by_id != by.pk:
        _require_own(by, action.campaign)
    if CampaignAction.objects.select_for_update().filter(pk=action.pk).exists():
        record(by=by, group=by.group, verb="remove_campaign_action", on=action)
        action.delete()


@transaction.atomic
def link_records(*, by: Membership, campaign: Campaign, rights_records: Iterable[RightsRecord]) -> None:
    """Say which records stand behind a campaign: these, and no others. Only those whose person agreed."""
    access.require(by, Power.COORDINATE)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    # Read again and locked: a consent may have been taken back a moment ago.
    wanted = set(
        RightsRecord.objects.linkable()
        .select_for_update()
        .filter(group=by.group, pk__in=[each.pk for each in rights_records])
        .values_list("pk", flat=True)
    )
    present = set(campaign.links.values_list("record_id", flat=True))
    if wanted == present:
        return
    campaign.links.exclude(record_id__in=wanted).delete()
    CampaignRecord.objects.bulk_create(
        CampaignRecord(group=by.group, campaign=campaign, record_id=pk) for pk in sorted(wanted - present)
    )
    count_records_again(campaign=campaign)
    record(by=by, group=by.group, verb="link_records", on=campaign)


@transaction.atomic
def share_campaign(*, by: Membership, campaign: Campaign, audience: str, says_records: bool) -> SharedCampaign:
    """Let others read a campaign as it stands now; done again it brings the copy up to date.

    Never the allies, never a word of a record. `says_records`: with their number, protected. Raises NobodyToShareWith.
    """
    access.require(by, Power.COORDINATE)
    group = by.group
    wide_enough = {
        SharedCampaign.Audience.NETWORK: group.network_id is not None,
        SharedCampaign.Audience.PUBLIC: group.visibility == Group.Visibility.PUBLIC,
    }
    if not wide_enough[SharedCampaign.Audience(audience)]:
        raise NobodyToShareWith
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    newest_actions = campaign.actions.order_by("-on", "pk")[:ACTIONS_SHARED]
    shared, _ = SharedCampaign.objects.update_or_create(
        group=group,
        campaign=campaign,
        defaults={
            "audience": audience,
            "network_id": group.network_id,
            "language": group.language,
            "group_name": group.name,
            "shared_on": timezone.localdate(),
            "state": campaign.state,
            "title": campaign.title,
            "demand": campaign.demand,
            "target": campaign.target,
            "result": campaign.result,
            "actions": [[each.on.isoformat(), each.what] for each in reversed(newest_actions)],
            "records": _counted(campaign) if says_records else None,
        },
    )
    record(by=by, group=group, verb="share_campaign", on=shared)
    transaction.on_commit(public_pages.mark_changed)
    return shared


@transaction.atomic
def unshare_campaign(*, by: Membership, campaign: Campaign) -> None:
    """Take back what others read."""
    access.require(by, Power.COORDINATE)
    for shared in SharedCampaign.objects.select_for_update().filter(group=by.group, campaign=campaign):
        record(by=by, group=by.group, verb="unshare_campaign", on=shared)
        shared.delete()
        transaction.on_commit(public_pages.mark_changed)


def count_records_again(*, campaign: Campaign) -> None:
    """Where the number of records was shared, share the one that is true now. Part of an act on records."""
    shared = SharedCampaign.objects.filter(campaign=campaign, records__isnull=False)
    if shared.exclude(records=_counted(campaign)).update(records=_counted(campaign)):
        transaction.on_commit(public_pages.mark_changed)


def _counted(campaign: Campaign) -> int:
    """How many of its records may be counted, as that number may leave the group."""
    return protected(RightsRecord.objects.counted().filter(links__campaign=campaign).count())
