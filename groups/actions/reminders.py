"""Planning what to tell: rows of the outbox, written in the transaction that makes them true. outbox.py tells them."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from groups.models import Group, Meeting, Membership, Person, Reminder

# Of these a person hears even when they chose to hear of nothing: in the inbox, which makes no sound.
_ALWAYS_TOLD = frozenset({Reminder.Occasion.TAKEOVER, Reminder.Occasion.REMOVED})


def tell(
    *,
    group: Group,
    people: Iterable[Person],
    occasion: Reminder.Occasion,
    about: UUID,
    at: datetime,
    due_at: datetime | None = None,
    edition: int = 0,
) -> None:
    """Write the rows that will tell these people something, in the caller's transaction: where and when each chose.

    `about`: the id of what it is about. `at`: when that is, or ends; the words name this moment where they name one.
    `due_at`: when to tell, now by default; of a meeting each person chose how long before. `edition`: which state of
    the thing is told, for what may change several times; what waits of an earlier state is taken back.
    Telling the same again changes nothing. The words are neutral and made on sending.
    """
    people = list(people)
    if occasion == Reminder.Occasion.MEETING:
        # Who was told of this moment knows it; a meeting that moves is told anew, a new title is not.
        edition = int(at.timestamp() // 60)
    waiting = Reminder.objects.waiting().filter(group=group, occasion=occasion, occasion_id=about, person__in=people)
    waiting.exclude(edition=edition).delete()
    choices = _choices(group, people)
    rows = [
        Reminder(
            group=group,
            person=person,
            occasion=occasion,
            occasion_id=about,
            edition=edition,
            occasion_at=at,
            lead_minutes=lead,
            channel=channel,
            due_at=undisturbed(person=person, channel=channel, due=due, at=at),
        )
        for person in people
        for lead, due in _moments(choices.get(person.pk), occasion, at, due_at)
        for channel in channels_of(person, choices.get(person.pk), occasion)
    ]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)


def _choices(group: Group, people: list[Person]) -> dict[UUID, Membership]:
    """What each of them chose in this group; the present membership counts before one that ended."""
    members = group.memberships.filter(person__in=people).order_by("left_on")  # the present one, without a day, is last
    wanted = members.only("person_id", "reminder_leads", "reminder_channels")
    return {member.person_id: member for member in wanted}


def _moments(
    chosen: Membership | None, occasion: Reminder.Occasion, at: datetime, due_at: datetime | None
) -> list[tuple[int, datetime]]:
    """How long before and when: of a meeting as the person chose, of anything else once.

    Of leads that have passed already only the shortest is told, now: nobody hears the same twice in one minute.
    """
    now = timezone.now()
    if occasion != Reminder.Occasion.MEETING:
        return [(0, max(now, due_at or now))]
    leads = sorted(set(chosen.reminder_leads if chosen else []))
    passed = [lead for lead in leads if at - timedelta(minutes=lead) <= now]
    coming = [lead for lead in leads if lead not in passed]
    return [*((lead, now) for lead in passed[:1]), *((lead, at - timedelta(minutes=lead)) for lead in coming)]


def channels_of(person: Person, chosen: Membership | None, occasion: Reminder.Occasion) -> list[str]:
    """Where to tell. Somebody who belongs to no group yet, and may be waiting for an answer, has chosen nothing."""
    channels = [*chosen.reminder_channels] if chosen else [Reminder.Channel.IN_APP, Reminder.Channel.EMAIL]
    if occasion in _ALWAYS_TOLD and Reminder.Channel.IN_APP not in channels:
        channels.append(Reminder.Channel.IN_APP)
    return [each for each in channels if each != Reminder.Channel.EMAIL or person.email]


def undisturbed(*, person: Person, channel: str, due: datetime, at: datetime) -> datetime:
    """The moment to tell instead of `due` when that falls into the person's quiet hours: their end.

    What begins before they end is told before they begin, or now when that has passed: later would be too late.
    """
    quiet = person.quiet_hours_at(due) if channel != Reminder.Channel.IN_APP else None
    if quiet is None:
        return due
    begin, end = quiet
    return max(timezone.now(), begin - timedelta(minutes=1)) if due < at <= end else end


def plan_reminders(*, meeting: Meeting, members: Iterable[Membership] | None = None) -> None:
    """Plan what will remind each member who wants it, in the caller's transaction.

    Planning twice changes nothing. A meeting nearer than the lead is told at once; one that began is not told.
    """
    if not meeting.is_cancelled and not meeting.is_past:
        _tell_of(meeting, Reminder.Occasion.MEETING, members)


def tell_changed(*, meeting: Meeting, edition: int) -> None:
    """Tell everyone who wants reminders, once for each `edition`, that a meeting moved, and remind them anew."""
    _tell_of(meeting, Reminder.Occasion.MEETING_CHANGED, edition=edition)
    plan_reminders(meeting=meeting)


def tell_cancelled(*, meeting: Meeting) -> None:
    """Tell everyone who wants reminders, once, that a meeting is off."""
    _tell_of(meeting, Reminder.Occasion.MEETING_CANCELLED, edition=meeting.sequence)


def _tell_of(
    meeting: Meeting, occasion: Reminder.Occasion, members: Iterable[Membership] | None = None, edition: int = 0
) -> None:
    wanting = meeting.group.memberships.who_want_reminders().select_related("person") if members is None else members
    tell(
        group=meeting.group,
        people=[member.person for member in wanting],
        occasion=occasion,
        about=meeting.pk,
        at=meeting.starts_at,
        edition=edition,
    )


def drop_reminders(*, meeting: Meeting) -> None:
    """Take back what was not sent yet."""
    planned = [Reminder.Occasion.MEETING, Reminder.Occasion.MEETING_CHANGED]
    Reminder.objects.waiting().filter(group=meeting.group, occasion__in=planned, occasion_id=meeting.pk).delete()


def drop_reminders_of(membership: Membership) -> None:
    Reminder.objects.waiting().filter(group=membership.group, person=membership.person).delete()


@transaction.atomic
def choose_reminders(*, by: Membership, leads: Iterable[int], channels: Iterable[str], words: str) -> None:
    """Change how long before a meeting, where, and how discreetly this member hears of it; what was sent stays sent."""
    by.reminder_leads, by.reminder_channels, by.reminder_words = sorted(set(leads)), sorted(set(channels)), words
    by.save(update_fields=["reminder_leads", "reminder_channels", "reminder_words"])
    replan_reminders_of(by)


@transaction.atomic
def choose_quiet_hours(*, by: Person, quiet_from: time | None, quiet_until: time | None) -> None:
    """When no letter and no push may come, on this person's own clock: both or neither, and not the same."""
    by.quiet_from, by.quiet_until = quiet_from, quiet_until
    by.save(update_fields=["quiet_from", "quiet_until"])
    for membership in Membership.objects.active().filter(person=by).select_related("group", "person"):
        replan_reminders_of(membership)


def replan_reminders_of(membership: Membership) -> None:
    """Plan a member's reminders again, after a choice of theirs changed; nobody is told a second time."""
    of_meetings = Reminder.objects.filter(
        group=membership.group, person=membership.person, occasion=Reminder.Occasion.MEETING
    )
    told = set(of_meetings.filter(sent_at__isnull=False).values_list("occasion_id", "edition"))
    of_meetings.waiting().delete()
    for meeting in Meeting.objects.filter(group=membership.group).going_ahead().coming().select_related("group"):
        plan_reminders(meeting=meeting, members=[membership])
    # What would have been told before now was told, in another way.
    now = timezone.now()
    late = [
        row.pk
        for row in of_meetings.waiting()
        if (row.occasion_id, row.edition) in told and row.occasion_at - timedelta(minutes=row.lead_minutes) <= now
    ]
    of_meetings.filter(pk__in=late).delete()
