"""What a reminder says. Neutral: a moment, and nothing about what, with whom or where. In the person's language."""

from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi, override
from django.utils.translation import gettext_lazy as _

from groups.models import Meeting, Membership, Reminder
from hrplatform.days import day_in_words
from hrplatform.delivery import Letter

# `day` and `time` are those of the occasion, on the person's own clock.
_NEUTRAL = {
    Reminder.Occasion.MEETING: _("A reminder: you have something on %(day)s at %(time)s."),
    Reminder.Occasion.MEETING_CHANGED: _("What was planned has changed. It is now on %(day)s at %(time)s."),
    Reminder.Occasion.MEETING_CANCELLED: _("What was planned for %(day)s at %(time)s will not take place."),
    Reminder.Occasion.TERM_ENDING: _("Something that concerns you ends on %(day)s."),
    Reminder.Occasion.APPLICATION: _("Somebody waits for an answer."),
    Reminder.Occasion.PROPOSAL_OPENED: _("You are asked what you think."),
    Reminder.Occasion.PROPOSAL_CLOSING: _("You can say what you think until %(day)s at %(time)s."),
    Reminder.Occasion.PROPOSAL_CLOSED: _("There is an answer to something you were asked."),
    Reminder.Occasion.AGREEMENT_REVIEW: _("It is time to look at something again."),
    Reminder.Occasion.ACTION_ITEM_DUE: _("Something you said you would do is due on %(day)s."),
    Reminder.Occasion.TAKEOVER: _("Something needs you. Sign in to see what."),
    Reminder.Occasion.REMOVED: _("Something has changed for you. Sign in to see what."),
}


def words(reminder: Reminder, names: str = "") -> str:
    """What is told. `names`: what it is about, when the person chose to have it named; empty otherwise."""
    person = reminder.person
    with override(person.language):
        local = reminder.occasion_at.astimezone(person.zone)
        when = {"day": day_in_words(local), "time": date_format(local, "H:i")}
        text = str(_NEUTRAL[Reminder.Occasion(reminder.occasion)]) % when
    return f"{names}\n{text}" if names else text


def letter(reminder: Reminder, names: str = "") -> Letter:
    with override(reminder.person.language):
        return Letter(
            subject=str(_("A reminder")),
            words=f"{words(reminder, names)}\n\n{settings.SITE_URL}\n",
            to=reminder.person.email,
            message_id=reminder.message_id,
        )


def pushed(reminder: Reminder, names: str = "") -> dict[str, str]:
    """What a device shows. The same tag for every try, so that a second one takes the first one's place."""
    with override(reminder.person.language):
        return {
            "title": str(_("A reminder")),
            "body": words(reminder, names),
            "tag": reminder.pk.hex,
            "lang": get_language() or "",
            "dir": "rtl" if get_language_bidi() else "ltr",
        }


def names_of(rows: list[Reminder]) -> dict[UUID, str]:
    """What each of these is about, for people who chose to have it named and still belong: group, and title if known.

    Two queries, however many rows. Titles only of meetings: of anything else people's words are sealed.
    """
    chosen = Membership.objects.active().filter(
        person__in={row.person_id for row in rows},
        group__in={row.group_id for row in rows},
        reminder_words=Membership.ReminderWords.NAMED,
    )
    groups = {(each.group_id, each.person_id): each.group.name for each in chosen.select_related("group")}
    named = {row.pk: row for row in rows if (row.group_id, row.person_id) in groups}
    about = {row.occasion_id for row in named.values() if row.is_of_meeting}
    titles = dict(Meeting.objects.filter(pk__in=about).values_list("pk", "title")) if about else {}
    return {
        pk: ": ".join(filter(None, [groups[row.group_id, row.person_id], titles.get(row.occasion_id)]))
        for pk, row in named.items()
    }
