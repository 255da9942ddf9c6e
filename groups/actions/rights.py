"""Recording what was done to people. The journal says that there is a record, never what it says."""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from groups.actions.campaigns import count_records_again
from groups.actions.journal import record
from groups.entries import entry_id
from groups.models import CampaignRecord, Membership, Power, RightsRecord


@transaction.atomic
def record_rights(*, by: Membership, entry: UUID, month: date, **facts: str | bool) -> RightsRecord:
    """Write down what was done, for any member. `month`: its first day. The same `entry` again writes nothing."""
    values = {"group": by.group, "written_by": by, "month": month.replace(day=1), **facts}
    made, is_new = RightsRecord.objects.get_or_create(pk=entry_id(by, entry), defaults=values)
    if is_new:
        record(by=by, group=by.group, verb="record_rights", on=made)
    return made


@transaction.atomic
def follow_up_rights(
    *,
    by: Membership,
    rights_record: RightsRecord,
    response: str,
    outcome: str,
    consent_help: bool,
    consent_statistics: bool,
    consent_publication: bool,
) -> RightsRecord:
    """Add what was done about it and what came of it, and what the person agrees to now.

    A consent that was taken back takes effect at once: the record leaves the campaigns it stood behind.
    """
    _require_readable(by, rights_record)
    rights_record.response, rights_record.outcome = response, outcome
    rights_record.consent_help = consent_help
    rights_record.consent_statistics = consent_statistics
    rights_record.consent_publication = consent_publication
    rights_record.save()
    linked_to = [link.campaign for link in rights_record.links.select_related("campaign")]
    if not rights_record.is_linkable:
        CampaignRecord.objects.filter(record=rights_record).delete()
    for campaign in linked_to:
        count_records_again(campaign=campaign)
    record(by=by, group=by.group, verb="follow_up_rights", on=rights_record)
    return rights_record


@transaction.atomic
def remove_rights_record(*, by: Membership, rights_record: RightsRecord) -> None:
    """Remove a record to the last word, and from every count."""
    _require_readable(by, rights_record)
    if not RightsRecord.objects.select_for_update().filter(pk=rights_record.pk).exists():
        return
    linked_to = [link.campaign for link in rights_record.links.select_related("campaign")]
    record(by=by, group=by.group, verb="remove_rights_record", on=rights_record)
    rights_record.delete()
    for campaign in linked_to:
        count_records_again(campaign=campaign)


def _require_readable(by: Membership, rights_record: RightsRecord) -> None:
    if not rights_record.may_be_read_by(by):
        raise PermissionDenied(Power.COORDINATE)
