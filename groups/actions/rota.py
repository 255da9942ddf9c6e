"""Taking turns, fairly: whoever had their turn the longest ago is next, and passing is always fine."""

from collections import Counter
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.utils import timezone

from groups.actions.journal import record
from groups.models import Group, Meeting, MeetingTask, Membership, Power, RotaPlace, Turn

# So far ahead a turn is given: early enough to arrange oneself, late enough to know that one will be there.
AHEAD = timedelta(days=15)


class TurnTaken(Exception):
    """Someone else took it a moment ago."""


@transaction.atomic
def join_rota(*, by: Membership, task: str) -> None:
    """Take turns at a task from now on."""
    place, is_new = RotaPlace.objects.get_or_create(membership=by, task=task, defaults={"group": by.group})
    if is_new:
        record(by=by, group=by.group, verb="join_rota", on=place)
        assign_turns(group=by.group)
        _share(by, task)


def _share(by: Membership, task: str) -> None:
    """Who has several turns ahead, because there was nobody else, gives the last of them to the newcomer."""
    coming = Turn.objects.held().filter(group=by.group, task=task, meeting__in=by.group.meetings.coming())
    turns = list(coming.select_related("meeting").order_by("meeting__starts_at"))
    holders = Counter(turn.membership_id for turn in turns)
    to_share = [turn for turn in reversed(turns) if holders[turn.membership_id] > 1]
    if not to_share or holders[by.pk]:
        return
    busy = set(Turn.objects.held().filter(membership=by).exclude(task=task).values_list("meeting_id", flat=True))
    turn = next((turn for turn in to_share if turn.meeting_id not in busy), to_share[0])
    turn.membership = by
    turn.save(update_fields=["membership"])
    record(by=by, group=by.group, verb="assign_turn", on=turn)


@transaction.atomic
def leave_rota(*, by: Membership, task: str) -> None:
    """Take no more turns. A turn already given stays until it is passed on."""
    place = RotaPlace.objects.select_for_update().filter(membership=by, task=task).first()
    if place is not None:
        record(by=by, group=by.group, verb="leave_rota", on=place)
        place.delete()


def assign_turns(*, group: Group) -> None:
    """Give every free turn of the coming two weeks to whoever is next. Safe to run at any time.

    A turn of someone who left the group is free again.
    """
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    meetings = list(group.meetings.going_ahead().coming().filter(starts_at__lte=timezone.now() + AHEAD))
    if not meetings:
        return
    Turn.objects.filter(meeting__in=meetings, membership__left_on__isnull=False).delete()
    taken = set(Turn.objects.held().filter(meeting__in=meetings).values_list("meeting_id", "task"))
    for meeting in meetings:
        for task in MeetingTask:
            if (meeting.pk, task.value) not in taken:
                _give_turn(meeting, task)


def _give_turn(meeting: Meeting, task: MeetingTask) -> None:
    following = next_in_turn(meeting, task)
    if following is not None:
        Turn.objects.create(group=meeting.group, meeting=meeting, membership=following, task=task)


def next_in_turn(meeting: Meeting, task: str) -> Membership | None:
    """Who is next: the longest without a turn, newcomers first; not someone who passed, nor who has the other task."""
    in_rota = RotaPlace.objects.filter(membership=OuterRef("pk"), task=task)
    here = Turn.objects.filter(membership=OuterRef("pk"), meeting=meeting)
    had = Q(turns__task=task, turns__was_passed=False, turns__meeting__cancelled_at=None)
    return (
        Membership.objects.active()
        .filter(Exists(in_rota), ~Exists(here.filter(task=task)), group=meeting.group)
        .annotate(
            is_busy=Exists(here.held()),
            last=Max("turns__meeting__starts_at", filter=had),
            times=Count("turns", filter=had),
        )
        .order_by("is_busy", F("last").asc(nulls_first=True), "times", "joined_on", "pk")
        .first()
    )


@transaction.atomic
def take_turn(*, by: Membership, meeting: Meeting, task: str) -> None:
    """Take a free turn. Raises TurnTaken when somebody has it."""
    Meeting.objects.select_for_update().get(pk=meeting.pk)
    held = Turn.objects.held().filter(meeting=meeting, task=task).first()
    if held is None:
        _hold(by=by, meeting=meeting, task=task, holder=by)
    elif held.membership_id != by.pk:
        raise TurnTaken


@transaction.atomic
def pass_turn(*, by: Membership, turn: Turn, to: Membership | None = None) -> Turn | None:
    """Pass a turn on, to someone one has spoken with or to whoever is next. Returns who has it now, if anybody.

    Whose turn it is may, and who coordinates. Nobody is asked for a reason. Passing it twice is once.
    Raises PermissionDenied.
    """
    if turn.membership_id != by.pk and not by.has_power(Power.COORDINATE):
        raise PermissionDenied
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("group").get(pk=turn.meeting_id)
    held = Turn.objects.held().filter(meeting=meeting, task=turn.task).first()
    if held is None or held.pk != turn.pk or (to is not None and to.pk == held.membership_id):
        return held
    held.was_passed = True
    held.save(update_fields=["was_passed"])
    record(by=by, group=by.group, verb="pass_turn", on=held)
    following = to or next_in_turn(meeting, turn.task)
    return _hold(by=by, meeting=meeting, task=turn.task, holder=following) if following else None


def _hold(*, by: Membership, meeting: Meeting, task: str, holder: Membership) -> Turn:
    turn, _is_new = Turn.objects.update_or_create(
        meeting=meeting, task=task, membership=holder, defaults={"was_passed": False, "group": meeting.group}
    )
    record(by=by, group=by.group, verb="assign_turn", on=turn)
    return turn
