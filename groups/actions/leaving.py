"""Leaving a group."""

from datetime import date

from django.db import transaction

from groups.actions.journal import record
from groups.actions.reminders import drop_reminders_of
from groups.actions.roles import LastCoordinator, end_term, is_last_coordinator, lock_coordination
from groups.models import Membership


@transaction.atomic
def leave_group(*, by: Membership) -> None:
    """Leave. Powers go back at once, waiting reminders are dropped. Raises LastCoordinator."""
    lock_coordination(by.group)
    others = Membership.objects.active().filter(group=by.group).exclude(pk=by.pk)
    if is_last_coordinator(by) and others.exists():
        raise LastCoordinator
    for term in by.role_terms.current():
        end_term(by=by, term=term)
    drop_reminders_of(by)
    record(by=by, group=by.group, verb="leave_group", on=by)
    by.left_on = date.today()
    by.save(update_fields=["left_on"])
