"""Everyone who wants a reminder gets one: once, in time, in neutral words."""

from datetime import datetime, timedelta
from email import message_from_bytes
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from groups import actions, tasks
from groups.actions.meetings import WEEKLY, to_moment
from groups.actions.people import change_profile
from groups.actions.reminders import claim_due, tell_changed, words
from groups.models import Membership, Reminder
from hrplatform import isolation

IN_APP, EMAIL = Reminder.Channel.IN_APP, Reminder.Channel.EMAIL


@pytest.fixture
def soon() -> datetime:
    """Tomorrow at the same minute, on New York's clocks."""
    return (timezone.now().astimezone(ZoneInfo("America/New_York")) + timedelta(hours=20)).replace(tzinfo=None)


def schedule(by: Membership, starts: datetime, **facts: object):
    return actions.schedule_meeting(
        by=by, title="Thursday circle of secrets", starts=starts, place="Back room", **facts
    )


def deliver() -> int:
    """What beat and the worker do, in this process."""
    with isolation.context(errand="delivery"):
        batches = claim_due(now=timezone.now())
    return sum(tasks.send_reminders(str(group), [str(row) for row in rows]) for group, rows in batches)


def test_scheduling_writes_one_row_for_each_member_in_the_same_transaction(ana, ben, as_member, soon):
    with as_member(ana):
        meeting = schedule(ana, soon)
        rows = Reminder.objects.filter(occasion_id=meeting.pk)
        assert sorted(row.person.handle for row in rows) == ["ana", "ben", "caro"]
        assert {row.channel for row in rows} == {IN_APP}


def test_a_member_who_wants_none_gets_none(ana, ben, as_member, soon):
    with as_member(ana):
        actions.choose_reminder(by=ben, reminder_lead=0)
        meeting = schedule(ana, soon)
        assert not Reminder.objects.filter(occasion_id=meeting.pk, person=ben.person).exists()


def test_a_due_reminder_reaches_the_inbox_once(ana, ben, as_member, soon, sign_in):
    with as_member(ana):
        schedule(ana, soon)
    assert deliver() == 3
    assert deliver() == 0
    page = sign_in(ben).get("/me/inbox/").content.decode()
    assert page.count("A reminder: you have something on") == 1


def test_who_gave_an_address_also_gets_a_letter_once(ana, ben, as_member, soon, mail_folder):
    with as_member(ben):
        change_profile(by=ben.person, language="es", time_zone="Europe/Madrid", email="ben@example.org")
    with as_member(ana):
        schedule(ana, soon)
    deliver()
    deliver()
    letters = list(mail_folder.glob("*.eml"))
    assert len(letters) == 1
    message = message_from_bytes(letters[0].read_bytes())
    assert message["To"] == "ben@example.org"


def test_the_words_name_no_group_no_title_and_no_place(ana, ben, as_member, soon, mail_folder):
    with as_member(ben):
        change_profile(by=ben.person, language="en", time_zone="Europe/Madrid", email="ben@example.org")
    with as_member(ana):
        schedule(ana, soon)
    deliver()
    letter = next(mail_folder.glob("*.eml")).read_text()
    for telling in ("Night Union", "secrets", "Back room", "meeting", "drug", ana.group.slug):
        assert telling not in letter


def test_the_time_told_is_the_persons_own(ana, ben, as_member):
    with as_member(ana):
        ben.person.time_zone, ben.person.language = "Asia/Bishkek", "en"
        row = Reminder(
            person=ben.person, occasion="meeting", occasion_at=datetime(2026, 12, 3, 23, 30, tzinfo=ZoneInfo("UTC"))
        )
        assert "Friday 4 December at 05:30" in words(row)


def test_a_meeting_further_away_than_the_lead_is_not_told_yet(ana, as_member, soon):
    with as_member(ana):
        schedule(ana, soon + timedelta(days=5))
    assert deliver() == 0


def test_cancelling_takes_back_what_was_not_sent_and_tells_once(ana, ben, as_member, soon, sign_in):
    with as_member(ana):
        meeting = schedule(ana, soon + timedelta(days=5))
        actions.cancel_meeting(by=ana, meeting=meeting)
        actions.cancel_meeting(by=ana, meeting=meeting)
    assert deliver() == 3
    page = sign_in(ben).get("/me/inbox/").content.decode()
    assert page.count("will not take place") == 1
    assert "A reminder:" not in page


def test_whoever_joins_later_is_reminded_too(ana, dee, as_member, soon):
    with as_member(ana):
        meeting = schedule(ana, soon)
        _, token = actions.invite(by=ana)
    with isolation.context(person=dee.person_id):
        actions.accept_invitation(by=dee.person, token=token)
        assert Reminder.objects.filter(occasion_id=meeting.pk, person=dee.person).count() == 1


def test_leaving_drops_what_is_waiting(ana, ben, as_member, soon):
    with as_member(ana):
        schedule(ana, soon + timedelta(days=5))
    with as_member(ben):
        actions.leave_group(by=ben)
        assert not Reminder.objects.filter(person=ben.person).exists()


def test_choosing_another_lead_does_not_tell_twice(ana, ben, as_member, soon, sign_in):
    with as_member(ana):
        schedule(ana, soon)
    deliver()
    with as_member(ben):
        actions.choose_reminder(by=ben, reminder_lead=60)
        assert not Reminder.objects.waiting().filter(person=ben.person).exists()


def test_a_refused_letter_is_tried_again_later_and_kept(ana, ben, as_member, soon, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    with as_member(ben):
        change_profile(by=ben.person, language="en", time_zone="UTC", email="ben@example.org")
    with as_member(ana):
        schedule(ana, soon)
    deliver()
    with as_member(ben):
        row = Reminder.objects.get(person=ben.person, channel=EMAIL)
        assert row.sent_at is None
        assert row.due_at > timezone.now()
        assert row.attempts == 1


def test_a_claimed_row_is_not_claimed_again_until_its_worker_must_be_gone(ana, as_member, soon):
    with as_member(ana):
        schedule(ana, soon)
    now = timezone.now()
    with isolation.context(errand="delivery"):
        assert claim_due(now=now)
        assert not claim_due(now=now + timedelta(seconds=60))
        assert claim_due(now=now + Reminder.CLAIM_LASTS + timedelta(seconds=1))


def test_a_weekly_meeting_is_written_out_ahead_and_again_without_doubles(ana, as_member, soon):
    with as_member(ana):
        first = schedule(ana, soon, repeats=WEEKLY)
        count = first.series.meetings.count()
        assert count == 9
    tasks.extend_meeting_series()
    with as_member(ana):
        assert first.series.meetings.count() == count


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("America/New_York", datetime(2027, 3, 11, 19), datetime(2027, 3, 18, 19)),
        ("America/New_York", datetime(2026, 10, 29, 19), datetime(2026, 11, 5, 19)),
        ("Europe/Amsterdam", datetime(2027, 3, 25, 19), datetime(2027, 4, 1, 19)),
        ("Europe/Amsterdam", datetime(2026, 10, 22, 19), datetime(2026, 10, 29, 19)),
        ("America/Argentina/Buenos_Aires", datetime(2027, 3, 11, 19), datetime(2027, 3, 18, 19)),
        ("Asia/Bishkek", datetime(2027, 3, 25, 19), datetime(2027, 4, 1, 19)),
    ],
)
def test_seven_in_the_evening_stays_seven_when_the_clocks_change(zone, before, after):
    place = ZoneInfo(zone)
    for local in (before, after):
        assert to_moment(local, place).astimezone(place).replace(tzinfo=None) == local


@pytest.mark.parametrize("occasion", Reminder.Occasion)
def test_every_occasion_has_words_and_they_are_neutral(ana, as_member, occasion):
    with as_member(ana):
        text = words(Reminder(person=ana.person, occasion=occasion, occasion_at=timezone.now())).lower()
    assert text.endswith(".")
    for telling in ("meeting", "group", "vote", "proposal", "election", "drug", "union", "role", "member"):
        assert telling not in text


def test_telling_the_same_twice_changes_nothing(ana, ben, as_member):
    with as_member(ana):
        for _ in range(2):
            actions.tell(
                group=ana.group,
                people=[ana.person, ben.person],
                occasion=Reminder.Occasion.TAKEOVER,
                about=ana.group_id,
                at=timezone.now(),
            )
        assert Reminder.objects.filter(occasion="takeover").count() == 2


def test_a_second_change_takes_the_place_of_one_that_was_not_told_yet(ana, ben, as_member, soon):
    with as_member(ana):
        meeting = schedule(ana, soon)
        for edition in (1, 2):
            tell_changed(meeting=meeting, edition=edition)
        rows = Reminder.objects.filter(person=ben.person, occasion_id=meeting.pk)
        assert sorted(rows.values_list("occasion", "edition")) == [("meeting", 2), ("meeting_changed", 2)]
