"""The outbox: one row for each thing to tell one person at one moment by one channel.

A row is written in the transaction that makes it true, so it cannot be lost with a broker; it is unique, so it
cannot be told twice. Every app puts its reminders and alarms here. A sent in-app row *is* the person's inbox.
"""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.people import Person


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def waiting(self) -> Self:
        return self.filter(sent_at=None)

    def due(self, now: datetime) -> Self:
        """Due, unsent, and not in the hands of a worker that is still likely to be alive."""
        return (
            self.waiting()
            .filter(due_at__lte=now, attempts__lt=Reminder.MAXIMUM_ATTEMPTS)
            .filter(Q(claimed_at=None) | Q(claimed_at__lt=now - Reminder.CLAIM_LASTS))
        )

    def given_up(self) -> Self:
        """Tried as often as we try. Nobody was told."""
        in_hand = Q(claimed_at__gte=timezone.now() - Reminder.CLAIM_LASTS)
        return self.waiting().filter(attempts__gte=Reminder.MAXIMUM_ATTEMPTS).exclude(in_hand)

    def inbox_of(self, person: Person) -> Self:
        return self.filter(person=person, channel=Reminder.Channel.IN_APP, sent_at__isnull=False).order_by("-sent_at")

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Reminder(models.Model):
    """One thing to tell one person. Holds ids and a time, never words: the words are made, neutral, on sending."""

    MAXIMUM_ATTEMPTS = 8
    # A task's time limit and a little more: after that its worker is surely gone and another may take the row.
    CLAIM_LASTS = timedelta(seconds=330)

    class Occasion(models.TextChoices):
        MEETING = "meeting", _("meeting")
        MEETING_CHANGED = "meeting_changed", _("meeting changed")
        MEETING_CANCELLED = "meeting_cancelled", _("meeting cancelled")
        TERM_ENDING = "term_ending", _("role term ending")
        APPLICATION = "application", _("application")
        PROPOSAL_OPENED = "proposal_opened", _("proposal opened")
        PROPOSAL_CLOSING = "proposal_closing", _("proposal closing")
        PROPOSAL_CLOSED = "proposal_closed", _("proposal closed")
        AGREEMENT_REVIEW = "agreement_review", _("agreement to look at again")
        ACTION_ITEM_DUE = "action_item_due", _("action item due")
        TAKEOVER = "takeover", _("takeover")
        REMOVED = "removed", _("removed")

    class Channel(models.TextChoices):
        IN_APP = "in_app", _("in the app")
        EMAIL = "email", _("e-mail")
        PUSH = "push", _("on the phone or computer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reminders")
    occasion = models.CharField(max_length=20, choices=Occasion)
    occasion_id = models.UUIDField()
    # Which state of the thing is told: a meeting that moves again is told again, and a state never twice.
    edition = models.PositiveIntegerField(default=0)
    # When the thing itself is; the text names it in the person's own time zone.
    occasion_at = models.DateTimeField()
    lead_minutes = models.PositiveIntegerField(help_text="How long before the occasion, in minutes.")
    channel = models.CharField(max_length=8, choices=Channel)
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "occasion", "occasion_id", "edition", "person", "lead_minutes", "channel"],
                name="reminder_once",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None), name="reminder_waiting"),
            models.Index(F("person"), F("sent_at").desc(), name="reminder_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} {self.due_at:%Y-%m-%d %H:%M} {self.channel}"

    @property
    def message_id(self) -> str:
        """The same for every try, so that a mailbox that gets a letter twice shows it once."""
        return f"<{self.id}@reminders.invalid>"

    @property
    def is_of_meeting(self) -> bool:
        return self.occasion in (self.Occasion.MEETING, self.Occasion.MEETING_CHANGED, self.Occasion.MEETING_CANCELLED)

    @property
    def is_new(self) -> bool:
        return self.read_at is None
