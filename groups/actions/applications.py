"""Asking to be let in, and answering: by one who coordinates, or by enough members together."""

import json

from django.db import transaction
from django.utils import timezone

from groups import access
from groups.actions.journal import record
from groups.actions.memberships import admit
from groups.actions.reminders import tell
from groups.actions.roles import lock_coordination
from groups.models import Application, Backing, Group, Membership, Person, Power, Reminder
from hrplatform import isolation, public_pages


class NotOpenNow(Exception):
    """This group does not take people in this way, or not this person now."""


@transaction.atomic
def set_joining(*, by: Membership, joining: str, questions: str, takes_sign_ups: bool, enough: int) -> None:
    """Say how people join, what they are asked, and how many members are enough to answer."""
    access.require(by, Power.COORDINATE)
    group = by.group
    group.joining, group.questions, group.takes_sign_ups, group.enough = joining, questions, takes_sign_ups, enough
    group.save(update_fields=["joining", "questions", "takes_sign_ups", "enough"])
    record(by=by, group=group, verb="set_joining", on=group)
    transaction.on_commit(public_pages.mark_changed)
    settle_applications(group=group)


@transaction.atomic
def join_open_group(*, by: Person, group: Group, standing: str) -> Membership:
    """Walk in through an open door. Raises NotOpenNow, also for whoever was removed by a decision."""
    isolation.widen(groups=[group.pk])
    if group.joining_now != Group.Joining.OPEN or was_removed(person=by, group=group):
        raise NotOpenNow
    lock_coordination(group)
    return admit(by=by, group=group, person=by, standing=standing, verb="join_open_group")


def was_removed(*, person: Person, group: Group) -> bool:
    return Membership.objects.filter(person=person, group=group, was_removed=True).exists()


@transaction.atomic
def apply_to_join(*, by: Person, group: Group, standing: str, answers: list[tuple[str, str]]) -> Application:
    """Ask to be let in, and tell those who can answer. Asking twice is asking once.

    `answers`: pairs of question and answer. Raises NotOpenNow.
    """
    waiting = Application.objects.of(by).waiting()
    present = waiting.filter(group=group).first()
    if present is not None:
        return present
    last = Application.objects.of(by).filter(group=group).exclude(decided_on=None).order_by("-decided_on").first()
    if (
        group.joining_now == Group.Joining.INVITATION
        or (last is not None and last.may_ask_again_on)
        or waiting.count() >= Application.MOST_WAITING
    ):
        raise NotOpenNow
    # Only for as long as it takes: whoever asks does not see the group from inside.
    with isolation.context(person=by.pk, groups=[group.pk]):
        lock_coordination(group)
        if (twice := waiting.filter(group=group).first()) is not None:
            return twice
        if Membership.objects.active().filter(group=group, person=by).exists():
            raise NotOpenNow
        application = Application(group=group, person=by, standing=standing)
        application.answers_json = json.dumps(answers, ensure_ascii=False) if answers else ""
        application.save(force_insert=True)
        record(by=by, group=group, verb="apply_to_join", on=application)
        members = Membership.objects.coordinators(group).select_related("person")
        # While nobody coordinates the members answer.
        answering = list(members) or list(group.memberships.active().select_related("person"))
        _tell(application, [member.person for member in answering])
    return application


@transaction.atomic
def withdraw_application(*, by: Person, application: Application) -> None:
    with isolation.context(person=by.pk, groups=[application.group_id]):
        locked = _locked(application)
        if locked.person_id == by.pk and locked.is_waiting:
            _close(locked, Application.State.WITHDRAWN)
            record(by=by, group=locked.group, verb="withdraw_application", on=locked)


@transaction.atomic
def accept_application(*, by: Membership, application: Application) -> Application:
    """Let someone in. When it was answered already, by this person or another, that answer stays."""
    access.require(by, Power.COORDINATE)
    locked = _locked(application)
    if locked.is_waiting:
        _accept(by, locked)
    return locked


@transaction.atomic
def decline_application(*, by: Membership, application: Application) -> Application:
    """Say no for now. When it was answered already, that answer stays."""
    access.require(by, Power.COORDINATE)
    locked = _locked(application)
    if locked.is_waiting:
        _close(locked, Application.State.DECLINED)
        record(by=by, group=by.group, verb="decline_application", on=locked)
        _tell(locked, [locked.person])
    return locked


@transaction.atomic
def back_application(*, by: Membership, application: Application) -> Application:
    """Be for letting someone in, once; with enough others that lets them in."""
    locked = _locked(application)
    if locked.is_waiting:
        _, is_new = Backing.objects.get_or_create(group=by.group, membership=by, application=locked)
        if is_new:
            record(by=by, group=by.group, verb="back_application", on=locked)
        if Application.objects.with_backings().get(pk=locked.pk).has_enough(Membership.objects.ids_here(by.group)):
            _accept(by, locked)
    return locked


def settle_applications(*, group: Group) -> None:
    """Let in whoever has enough members behind them by now: fewer are enough when members have left."""
    here = Membership.objects.ids_here(group)
    for application in group.applications.waiting().with_backings().select_for_update(of=("self",)):
        if application.has_enough(here):
            _accept(None, application)


def _accept(by: Membership | None, application: Application) -> None:
    group, person = application.group, application.person
    _close(application, Application.State.ACCEPTED)
    record(by=by, group=group, verb="accept_application", on=application)
    admit(by=by, group=group, person=person, standing=application.standing, verb="add_member")
    _tell(application, [person])


def _close(application: Application, state: Application.State) -> None:
    """The answers have done their work: nobody keeps them."""
    application.state, application.decided_on, application.answers_json = state, timezone.now().date(), ""
    application.save(update_fields=["state", "decided_on", "answers_json"])


def _locked(application: Application) -> Application:
    """As it is now, with nobody else deciding. The group first, as everywhere: two locks are taken in one order."""
    lock_coordination(application.group)
    return Application.objects.select_for_update(of=("self",)).select_related("group", "person").get(pk=application.pk)


def _tell(application: Application, people: list[Person]) -> None:
    tell(
        group=application.group,
        people=people,
        occasion=Reminder.Occasion.APPLICATION,
        about=application.pk,
        at=timezone.now(),
    )
