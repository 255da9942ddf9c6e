"""Who was there: ticked by whoever runs the meeting, entered by oneself with the code of the room, or counted."""

import hmac
import secrets
from collections.abc import Iterable
from enum import Enum

from django.core.exceptions import PermissionDenied
from django.db import transaction

from groups import access
from groups.actions.journal import record
from groups.actions.payments import agree_stipend, take_back_stipend
from groups.models import Attendance, CodeTries, Meeting, Membership


class CodeAnswer(Enum):
    """What came of entering a code."""

    HERE = "here"
    WRONG = "wrong"
    USED_UP = "used up"
    CLOSED = "closed"


class NotBegun(Exception):
    """Nobody was there yet."""


@transaction.atomic
def tick_attendance(
    *, by: Membership, meeting: Meeting, came: Iterable[Membership], did_not_come: Iterable[Membership] = ()
) -> None:
    """Tick who came, and take ticks away. Who is in neither list stays as they are: someone may enter the code
    meanwhile. Raises PermissionDenied, NotBegun.
    """
    access.require_running(by, meeting)
    if not meeting.has_begun:
        raise NotBegun
    Meeting.objects.select_for_update().get(pk=meeting.pk)
    removed = [_was_not_there(by, meeting, member) for member in did_not_come]
    added = [_was_there(by, meeting, member, Attendance.Way.TICK) for member in came]
    if any(removed) or any(added):
        record(by=by, group=by.group, verb="record_attendance", on=meeting)


def _was_there(by: Membership, meeting: Meeting, member: Membership, way: Attendance.Way) -> bool:
    """Whether this is new. What was agreed for coming is owed from now on."""
    _row, is_new = Attendance.objects.get_or_create(
        meeting=meeting,
        membership=member,
        defaults={"group": meeting.group, "standing": member.standing, "way": way},
    )
    if is_new:
        agree_stipend(by=by, meeting=meeting, member=member)
    return is_new


def _was_not_there(by: Membership, meeting: Meeting, member: Membership) -> bool:
    """Whether a tick was taken away. What was agreed for coming is taken back with it, unless it is paid already."""
    gone, _rows = Attendance.objects.filter(meeting=meeting, membership=member).delete()
    if gone:
        take_back_stipend(by=by, meeting=meeting, member=member)
    return bool(gone)


@transaction.atomic
def count_heads(*, by: Membership, meeting: Meeting, peers: int | None, allies: int | None) -> None:
    """Everyone in the room, without a name. Raises PermissionDenied, NotBegun."""
    access.require_running(by, meeting)
    if not meeting.has_begun:
        raise NotBegun
    if (meeting.headcount_peers, meeting.headcount_allies) == (peers, allies):
        return
    meeting.headcount_peers, meeting.headcount_allies = peers, allies
    meeting.save(update_fields=["headcount_peers", "headcount_allies"])
    record(by=by, group=by.group, verb="count_heads", on=meeting)


@transaction.atomic
def make_attendance_code(*, by: Membership, meeting: Meeting) -> str:
    """Four digits to read out in the room. Made once; asked for again, it is the same. Raises NotBegun when closed."""
    access.require_running(by, meeting)
    locked = Meeting.objects.select_for_update(of=("self",)).select_related("group").get(pk=meeting.pk)
    if not locked.is_in_session:
        raise NotBegun
    if not locked.attendance_code:
        locked.attendance_code = f"{secrets.randbelow(10_000):04}"
        locked.save(update_fields=["attendance_code"])
        record(by=by, group=by.group, verb="make_attendance_code", on=locked)
    return str(locked.attendance_code)


@transaction.atomic
def enter_attendance_code(*, by: Membership, meeting: Meeting, code: str) -> CodeAnswer:
    """A member says with the code of the room that they are there.

    Works while the room is open. After five wrong tries only a tick helps: ten thousand codes are soon guessed.
    An answer and no error, so that the count of wrong tries is kept.
    """
    if by.group_id != meeting.group_id:
        raise PermissionDenied
    if Attendance.objects.filter(meeting=meeting, membership=by).exists():
        return CodeAnswer.HERE
    if not meeting.is_in_session or not meeting.attendance_code:
        return CodeAnswer.CLOSED
    CodeTries.objects.bulk_create([CodeTries(group=by.group, meeting=meeting, membership=by)], ignore_conflicts=True)
    tries = CodeTries.objects.select_for_update().get(meeting=meeting, membership=by)
    if tries.are_used_up:
        return CodeAnswer.USED_UP
    if not hmac.compare_digest(code.encode(), meeting.attendance_code.encode()):
        tries.wrong += 1
        tries.save(update_fields=["wrong"])
        return CodeAnswer.USED_UP if tries.are_used_up else CodeAnswer.WRONG
    if _was_there(by, meeting, by, Attendance.Way.CODE):
        record(by=by, group=by.group, verb="record_attendance", on=meeting)
    return CodeAnswer.HERE
