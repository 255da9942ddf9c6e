"""The register of agreements: beginning, looking again, ending."""

import calendar
from datetime import date

from django.db import transaction
from django.utils import timezone

from groups import access
from groups.actions.agenda import put_on_next_agenda
from groups.actions.journal import record
from groups.actions.reminders import tell
from groups.models import Agreement, Group, Membership, Option, Power, Proposal, Reminder


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def begin_agreement(*, by: Membership | None, proposal: Proposal) -> Agreement | None:
    """What an adopted proposal does to the register: begin an agreement, end the one it replaces, or both."""
    today = timezone.now().astimezone(proposal.group.zone).date()
    replaced = Agreement.objects.select_for_update(of=("self",)).filter(group=proposal.group, ended_on=None)
    before = replaced.filter(pk=proposal.replaces_id).first() if proposal.replaces_id else None
    new = None
    if proposal.makes_agreement:
        new = Agreement.objects.create(
            group=proposal.group,
            proposal=proposal,
            title=proposal.title,
            text=_words(proposal),
            agreed_on=today,
            look_again_on=months_later(today, proposal.look_again_months) if proposal.look_again_months else None,
        )
        record(by=by, group=proposal.group, verb="begin_agreement", on=new)
    if before is not None:
        before.ended_on, before.replaced_by = max(today, before.agreed_on), new
        before.save(update_fields=["ended_on", "replaced_by"])
        record(by=by, group=proposal.group, verb="end_agreement", on=before)
    return new


def _words(proposal: Proposal) -> str:
    """What was agreed: the text, and above it what was chosen, where there was a choice."""
    numbers = proposal.counts.get("elected", [])
    chosen = Option.objects.filter(proposal=proposal, position__in=numbers).select_related(
        "group", "membership__person"
    )
    lines = [option.words for option in sorted(chosen, key=lambda option: numbers.index(option.position))]
    return "\n\n".join(filter(None, ["\n".join(lines), proposal.text]))[:4000]


@transaction.atomic
def keep_agreement(*, by: Membership, agreement: Agreement, look_again_on: date | None) -> None:
    """We looked again, and keep it, until the next day to look."""
    access.require(by, Power.COORDINATE)
    locked = Agreement.objects.select_for_update(of=("self",)).select_related("group").get(pk=agreement.pk)
    if not locked.is_in_force or locked.look_again_on == look_again_on:
        return
    locked.look_again_on = look_again_on
    locked.save(update_fields=["look_again_on"])
    record(by=by, group=by.group, verb="keep_agreement", on=locked)


@transaction.atomic
def put_up_agreements(*, group: Group) -> int:
    """Bring back what it is time to look at again: on the agenda, and to everyone's inbox, once for each such day."""
    today = timezone.now().astimezone(group.zone).date()
    due = list(
        Agreement.objects.select_for_update(of=("self",), skip_locked=True).filter(group=group).to_look_at(today)
    )
    people = (
        [each.person for each in Membership.objects.active().filter(group=group).select_related("person")]
        if due
        else []
    )
    for agreement in due:
        agreement.group = group
        agreement.put_up_for = agreement.look_again_on
        agreement.save(update_fields=["put_up_for"])
        record(by=None, group=group, verb="put_up_agreement", on=agreement)
        put_on_next_agenda(by=None, group=group, title=agreement.title, origin="agreement", origin_id=agreement.pk)
        tell(
            group=group,
            people=people,
            occasion=Reminder.Occasion.AGREEMENT_REVIEW,
            about=agreement.pk,
            at=timezone.now(),
            # The day itself: another day to look again is told again.
            edition=agreement.look_again_on.toordinal() if agreement.look_again_on else 0,
        )
    return len(due)
