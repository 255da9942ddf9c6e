"""The outbox: planning what to tell, and telling it exactly once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from groups.models import Group, Meeting, Membership, Person, Reminder
from hrplatform.days import day_in_words

_FIRST_RETRY = timedelta(seconds=30)


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
    take_back(group=group, occasion=occasion, about=about, people=people, edition=edition)
    now = timezone.now()
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
            due_at=max(now, at - timedelta(minutes=lead) if lead else due_at or now),
        )
        for person, leads in _leads(group, people, occasion)
        for lead in leads
        for channel in channels_of(person)
    ]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)


def _leads(group: Group, people: list[Person], occasion: Reminder.Occasion) -> list[tuple[Person, list[int]]]:
    """How long before each of these people is told: of a meeting as they chose, of anything else at its moment."""
    if occasion != Reminder.Occasion.MEETING:
        return [(person, [0]) for person in people]
    wanting = group.memberships.who_want_reminders().filter(person__in=people)
    chosen = dict(wanting.values_list("person_id", "reminder_lead"))
    return [(person, [chosen[person.pk]]) for person in people if person.pk in chosen]


def plan_reminders(*, meeting: Meeting, members: Iterable[Membership] | None = None) -> None:
    """Plan what will remind each member who wants it, in the caller's transaction.

    Planning twice changes nothing. A meeting nearer than the lead is told at once; one that began is not told.
    """
    if not meeting.is_cancelled and not meeting.is_past:
        _tell_of(meeting, Reminder.Occasion.MEETING, members)


def tell_changed(*, meeting: Meeting, edition: int) -> None:
    """Tell everyone who wants reminders, once for each `edition`, that a meeting moved, and remind them anew."""
    _tell_of(meeting, Reminder.Occasion.MEETING_CHANGED, edition=edition)
    if not meeting.is_past:
        _tell_of(meeting, Reminder.Occasion.MEETING, edition=edition)


def tell_cancelled(*, meeting: Meeting) -> None:
    """Tell everyone who wants reminders, once, that a meeting is off."""
    _tell_of(meeting, Reminder.Occasion.MEETING_CANCELLED)


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


def channels_of(person: Person) -> list[Reminder.Channel]:
    return [Reminder.Channel.IN_APP, *([Reminder.Channel.EMAIL] if person.email else [])]


def take_back(*, group: Group, occasion: Reminder.Occasion, about: UUID, people: list[Person], edition: int) -> None:
    """Drop what still waits to be told of an earlier state of this thing."""
    waiting = Reminder.objects.waiting().filter(group=group, occasion=occasion, occasion_id=about, person__in=people)
    waiting.exclude(edition=edition).delete()


def drop_reminders(*, meeting: Meeting) -> None:
    """Take back what was not sent yet."""
    Reminder.objects.waiting().filter(
        group=meeting.group, occasion=Reminder.Occasion.MEETING, occasion_id=meeting.pk
    ).delete()


def drop_reminders_of(membership: Membership) -> None:
    Reminder.objects.waiting().filter(group=membership.group, person=membership.person).delete()


@transaction.atomic
def choose_reminder(*, by: Membership, reminder_lead: int) -> None:
    """Change how long before a meeting this member hears of it; what was sent stays sent."""
    if by.reminder_lead == reminder_lead:
        return
    by.reminder_lead = reminder_lead
    by.save(update_fields=["reminder_lead"])
    replan_reminders_of(by)


def replan_reminders_of(membership: Membership) -> None:
    """Plan a member's reminders again, after a choice of theirs changed; nobody is told a second time."""
    told = set(
        Reminder.objects.filter(
            group=membership.group,
            person=membership.person,
            occasion=Reminder.Occasion.MEETING,
            sent_at__isnull=False,
        ).values_list("occasion_id", flat=True)
    )
    Reminder.objects.waiting().filter(
        group=membership.group, person=membership.person, occasion=Reminder.Occasion.MEETING
    ).delete()
    for meeting in Meeting.objects.filter(group=membership.group).going_ahead().coming().select_related("group"):
        if meeting.pk not in told:
            plan_reminders(meeting=meeting, members=[membership])


# --- Sending --------------------------------------------------------------------------------------------------------


@transaction.atomic
def claim_due(*, now: datetime, limit: int = 500) -> list[tuple[UUID, list[UUID]]]:
    """Take due rows for sending, so that two beats at once take different ones. Returns reminder ids by group."""
    rows = list(
        Reminder.objects.select_for_update(skip_locked=True)
        .due(now)
        .order_by("due_at")
        .values_list("group_id", "pk")[:limit]
    )
    Reminder.objects.filter(pk__in=[pk for _, pk in rows]).update(claimed_at=now, attempts=F("attempts") + 1)
    by_group: dict[UUID, list[UUID]] = {}
    for group, pk in rows:
        by_group.setdefault(group, []).append(pk)
    return list(by_group.items())


@transaction.atomic
def deliver_in_app(*, reminders: list[UUID]) -> int:
    """Put these into people's inboxes: a sent in-app row is the inbox. Returns how many."""
    rows = Reminder.objects.waiting().filter(pk__in=reminders, channel=Reminder.Channel.IN_APP)
    return rows.update(sent_at=timezone.now())


@transaction.atomic
def send_letter(*, reminder: UUID, connection: BaseEmailBackend) -> bool:
    """Send one letter over an open connection. The row is locked until it is marked sent; a sent one is skipped.

    When the mail server refuses, the row is tried again later, ever more rarely; after the last try it stays
    visible as given up. Each letter is its own transaction: a worker killed in the middle of a batch leaves at most
    the one in its hands unmarked, and that one keeps its Message-ID.
    """
    row = (
        Reminder.objects.select_for_update(skip_locked=True, of=("self",))
        .waiting()
        .filter(pk=reminder)
        .select_related("person")
        .first()
    )
    if row is None:
        return False
    # A letter whose person took the address away meanwhile has nowhere to go: done, not failed.
    if row.person.email:
        try:
            connection.send_messages([letter(row)])
        except OSError:  # smtplib's errors are OSErrors too.
            postpone(row)
            return False
    row.sent_at = timezone.now()
    row.save(update_fields=["sent_at"])
    return True


def postpone(row: Reminder) -> None:
    row.due_at = timezone.now() + _FIRST_RETRY * 2**row.attempts
    row.claimed_at = None
    row.save(update_fields=["due_at", "claimed_at"])


# Nothing about what, with whom or where. `day` and `time` are those of the occasion, on the person's own clock.
_WORDS = {
    Reminder.Occasion.MEETING: _("A reminder: you have something on %(day)s at %(time)s."),
    Reminder.Occasion.MEETING_CHANGED: _("What was planned has changed. It is now on %(day)s at %(time)s."),
    Reminder.Occasion.MEETING_CANCELLED: _("What was planned for %(day)s at %(time)s will not take place."),
    Reminder.Occasion.TERM_ENDING: _("Something of yours ends on %(day)s."),
    Reminder.Occasion.APPLICATION: _("Somebody waits for an answer."),
    Reminder.Occasion.PROPOSAL_OPENED: _("You are asked what you think."),
    Reminder.Occasion.PROPOSAL_CLOSING: _("You can say what you think until %(day)s at %(time)s."),
    Reminder.Occasion.PROPOSAL_CLOSED: _("There is an answer to something you were asked."),
    Reminder.Occasion.AGREEMENT_REVIEW: _("It is time to look at something again."),
    Reminder.Occasion.ACTION_ITEM_DUE: _("Something you said you would do is due on %(day)s."),
    Reminder.Occasion.TAKEOVER: _("Something needs you. Sign in to see what."),
    Reminder.Occasion.REMOVED: _("Something has changed for you. Sign in to see what."),
}


def words(reminder: Reminder) -> str:
    """What is told: when, and nothing about what or with whom. In the person's language and time zone."""
    person = reminder.person
    with override(person.language):
        local = reminder.occasion_at.astimezone(person.zone)
        when = {"day": day_in_words(local), "time": date_format(local, "H:i")}
        return str(_WORDS[Reminder.Occasion(reminder.occasion)]) % when


def letter(reminder: Reminder) -> EmailMessage:
    with override(reminder.person.language):
        return EmailMessage(
            subject=str(_("A reminder")),
            body=f"{words(reminder)}\n\n{settings.SITE_URL}\n",
            to=[reminder.person.email],
            headers={"Message-ID": reminder.message_id, "Auto-Submitted": "auto-generated"},
        )


def mark_read(*, person: Person) -> None:
    Reminder.objects.inbox_of(person).unread().update(read_at=timezone.now())
