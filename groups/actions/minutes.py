"""Minutes: one text, and nobody's words are overwritten unseen."""

from django.db import transaction
from django.utils import timezone

from groups import access
from groups.actions.journal import record
from groups.models import Meeting, Membership


class MinutesChanged(Exception):
    """Someone saved other minutes meanwhile. `saved`: the meeting as it is now; what was written is not lost."""

    def __init__(self, saved: Meeting) -> None:
        super().__init__("minutes changed")
        self.saved = saved


@transaction.atomic
def save_minutes(*, by: Membership, meeting: Meeting, text: str, version: int) -> Meeting:
    """Save minutes that were written on top of `version`. The same text again changes nothing.

    Raises PermissionDenied, and MinutesChanged when another version was saved meanwhile.
    """
    access.require_running(by, meeting)
    locked = Meeting.objects.select_for_update(of=("self",)).select_related("group").get(pk=meeting.pk)
    if locked.minutes == text:
        return locked
    if locked.minutes_version != version:
        raise MinutesChanged(locked)
    locked.minutes = text
    locked.minutes_version += 1
    locked.minutes_saved_at = timezone.now()
    locked.save(update_fields=["minutes", "minutes_version", "minutes_saved_at"])
    record(by=by, group=by.group, verb="save_minutes", on=locked)
    return locked
