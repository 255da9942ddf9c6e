"""Leaving a group, being removed from one by its members, and leaving the instance."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from groups.actions.applications import settle_applications
from groups.actions.invitations import revoke
from groups.actions.journal import record
from groups.actions.offers import settle_offers
from groups.actions.reminders import drop_reminders_of, tell
from groups.actions.roles import end_term, lock_coordination, start_takeover_if_needed
from groups.actions.taking_along import close_for_good
from groups.actions.words import part_with_words
from groups.models import Group, Invitation, Membership, Person, Proposal, Reminder
from hrplatform import isolation
from hrplatform.sessions import end_sessions_of


@transaction.atomic
def leave_group(*, by: Membership, keep_words: bool = True) -> None:
    """Leave. Powers go back at once, waiting reminders are dropped. The last who coordinates starts a takeover.

    With the last member the group goes: nobody could ever come back to it, and what it holds would lie there for years.
    `keep_words`: what they wrote stays without their name; otherwise it goes.
    """
    lock_coordination(by.group)
    if Membership.objects.active().filter(pk=by.pk).exists():
        _end_membership(by=by, member=by, verb="leave_group", keep_words=keep_words)
        by.left_on = date.today()
        if not Membership.objects.active().filter(group=by.group).exists():
            close_for_good(by=by, group=by.group)


@transaction.atomic
def remove_member(*, by: Membership | None, member: Membership, decision: Proposal) -> None:
    """End a membership as the members decided, and tell the person. Links into the group are taken back too.

    `by`: who closed the decision, None for the clock. Raises PermissionDenied without an adopted decision about them.
    """
    if decision.group_id != member.group_id or not decision.proves(Proposal.Effect.REMOVE_MEMBER, member.pk):
        raise PermissionDenied(member)
    group = member.group
    lock_coordination(group)
    if not Membership.objects.active().filter(pk=member.pk).exists():
        return
    _end_membership(by=by, member=member, verb="remove_member", keep_words=True)
    member.left_on, member.was_removed = date.today(), True
    member.save(update_fields=["was_removed"])
    for invitation in Invitation.objects.usable().filter(group=group).select_related("group"):
        revoke(by=by, invitation=invitation)
    tell(
        group=group,
        people=[member.person],
        occasion=Reminder.Occasion.REMOVED,
        about=member.pk,
        at=timezone.now(),
    )


def _end_membership(*, by: Membership | None, member: Membership, verb: str, keep_words: bool) -> None:
    group = member.group
    for term in member.role_terms.current().select_related("group"):
        end_term(by=by, term=term)
    drop_reminders_of(member)
    part_with_words(membership=member, keep=keep_words)
    if not keep_words:
        member.private_note = ""
        member.save(update_fields=["private_note"])
    record(by=by, group=group, verb=verb, on=member)
    Membership.objects.filter(pk=member.pk).update(left_on=date.today())
    # Fewer are enough from now on, and what waited for one more may have enough.
    settle_applications(group=group)
    settle_offers(group=group)
    start_takeover_if_needed(by=by, group=group)


@transaction.atomic
def erase_person(*, by: Person, keep_words: bool) -> None:
    """Erase an account: every group is left, the keys and everything that is only theirs are gone, sessions end.

    Memberships stay as rows of nobody, so that what is counted from them (attendance, ballots, terms) stays true, and
    one person's rows in different groups are not to be told from another's. The journal holds ids and stays whole.
    """
    with isolation.context(person=by.pk):
        memberships = list(Membership.objects.filter(person=by).order_by("pk").values_list("pk", "group_id"))
    with isolation.context(person=by.pk, groups=[group for _, group in memberships]):
        nobody = _nobody()
        for pk, group in memberships:
            lock_coordination(Group.objects.get(pk=group))
            membership = Membership.objects.select_related("group", "person").get(pk=pk)
            leave_group(by=membership, keep_words=keep_words)
            part_with_words(membership=membership, keep=keep_words)
            Membership.objects.filter(pk=pk).update(person=nobody, private_note="", was_removed=False)
        end_sessions_of(by.pk)
        Person.objects.get(pk=by.pk).delete()


def _nobody() -> Person:
    """The one account that stands for everyone who erased theirs. It opens nothing."""
    nobody, is_new = Person.objects.get_or_create(handle=Person.NOBODY, defaults={"is_active": False})
    if is_new:
        nobody.set_unusable_password()
        nobody.save(update_fields=["password"])
    return nobody
