"""Everyone who wants a reminder gets one: once, in time, in neutral words."""

from datetime import datetime, time, timedelta
from email import message_from_bytes
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groups import actions, tasks
from groups.actions.outbox import claim_due
from groups.actions.people import change_profile
from groups.actions.reminders import tell_changed, undisturbed
from groups.models import Membership, Person, Reminder
from groups.recurrence import WEEKLY, to_moment
from groups.wording import names_of, words
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
    stamp = timezone.now()
    with isolation.context(errand="delivery"):
        batches = claim_due(now=stamp)
    return sum(
        tasks.send_reminders(str(group), [str(row) for row in rows], stamp.isoformat()) for group, rows in batches
    )


def choose(by: Membership, *leads: int, channels: tuple[str, ...] = (IN_APP, EMAIL), words: str = "neutral") -> None:
    actions.choose_reminders(by=by, leads=leads, channels=channels, words=words)


def test_scheduling_writes_one_row_for_each_member_in_the_same_transaction(ana, ben, as_member, soon):
    with as_member(ana):
        meeting = schedule(ana, soon)
        rows = Reminder.objects.filter(occasion_id=meeting.pk)
        assert sorted(row.person.handle for row in rows) == ["ana", "ben", "caro"]
        assert {row.channel for row in rows} == {IN_APP}


def test_a_member_who_wants_none_gets_none(ana, ben, as_member, soon):
    with as_member(ana):
        choose(ben)
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
        choose(ben, 60, 2880)
        assert [row.lead_minutes for row in Reminder.objects.waiting().filter(person=ben.person)] == [60]


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
        changes = Reminder.objects.filter(person=ben.person, occasion="meeting_changed")
        assert [row.edition for row in changes] == [2]


def test_several_leads_are_several_reminders(ana, ben, as_member, soon):
    with as_member(ben):
        choose(ben, 60, 1440, 2880)
    with as_member(ana):
        meeting = schedule(ana, soon + timedelta(days=5))
    with as_member(ben):
        rows = Reminder.objects.filter(person=ben.person, occasion_id=meeting.pk)
        assert {row.lead_minutes: meeting.starts_at - row.due_at for row in rows} == {
            lead: timedelta(minutes=lead) for lead in (60, 1440, 2880)
        }


def test_of_leads_that_have_passed_only_the_shortest_is_told(ana, ben, as_member, soon):
    with as_member(ben):
        choose(ben, 60, 1440, 2880)
    with as_member(ana):
        schedule(ana, soon)
    with as_member(ben):
        rows = Reminder.objects.filter(person=ben.person).order_by("due_at")
        assert [row.lead_minutes for row in rows] == [1440, 60]


def test_who_wants_no_letter_gets_none_though_there_is_an_address(ana, ben, as_member, soon, mail_folder):
    with as_member(ben):
        change_profile(by=ben.person, language="en", time_zone="UTC", email="ben@example.org")
        choose(ben, 1440, channels=(IN_APP,))
    with as_member(ana):
        schedule(ana, soon)
    deliver()
    assert not list(mail_folder.glob("*.eml"))


def test_who_is_removed_hears_of_it_even_when_nothing_is_chosen(ana, ben, as_member):
    with as_member(ben):
        choose(ben, channels=())
    with as_member(ana):
        for occasion in (Reminder.Occasion.REMOVED, Reminder.Occasion.PROPOSAL_OPENED):
            actions.tell(group=ana.group, people=[ben.person], occasion=occasion, about=ben.pk, at=timezone.now())
        assert [row.occasion for row in Reminder.objects.filter(person=ben.person)] == ["removed"]


def test_names_are_told_only_to_who_chose_them(ana, ben, as_member, soon, mail_folder, sign_in):
    for member in (ana, ben):
        with as_member(member):
            address = f"{member.person.handle}@example.org"
            change_profile(by=member.person, language="en", time_zone="UTC", email=address)
            choose(member, 1440, words="named" if member == ben else "neutral")
    with as_member(ana):
        schedule(ana, soon)
    deliver()
    letters = {str(each["To"]): each.get_payload() for each in map(read, mail_folder.glob("*.eml"))}
    assert "Night Union: Thursday circle of secrets" in letters["ben@example.org"]
    assert "Night Union" not in letters["ana@example.org"]
    assert "Back room" not in letters["ben@example.org"], "a place is never told"


def read(path):
    return message_from_bytes(path.read_bytes())


def test_who_left_is_told_no_names(ana, ben, as_member, soon):
    with as_member(ben):
        choose(ben, 1440, words="named")
    with as_member(ana):
        schedule(ana, soon)
        row = Reminder.objects.select_related("person").get(person=ben.person)
        assert names_of([row]) == {row.pk: "Night Union: Thursday circle of secrets"}
    with as_member(ben):
        actions.leave_group(by=ben)
        assert names_of([row]) == {}


QUIET = {"quiet_from": time(23), "quiet_until": time(8)}


@pytest.mark.parametrize(
    ("due", "at", "told"),
    [
        ("2027-01-14 22:00", "2027-01-15 22:00", "2027-01-14 22:00"),  # outside
        ("2027-01-15 02:00", "2027-01-16 02:00", "2027-01-15 08:00"),  # at their end
        ("2027-01-15 07:00", "2027-01-15 08:00", "2027-01-14 22:59"),  # it begins when they end: before they begin
        ("2027-01-15 05:00", "2027-01-15 06:00", "2027-01-14 22:59"),
        ("2027-01-15 02:00", "2027-01-15 02:00", "2027-01-15 08:00"),  # no appointment: it can wait
        ("2027-03-14 07:30", "2027-03-15 07:30", "2027-03-14 08:00"),  # the night the clocks change in New York
    ],
)
def test_quiet_hours(due, at, told):
    place = ZoneInfo("America/New_York")
    person = Person(time_zone=place.key, **QUIET)
    moments = [datetime.fromisoformat(each).replace(tzinfo=place) for each in (due, at)]
    found = undisturbed(person=person, channel=EMAIL, due=moments[0], at=moments[1])
    assert found.astimezone(place).strftime("%Y-%m-%d %H:%M") == told


def test_the_inbox_makes_no_sound_and_does_not_wait():
    person = Person(time_zone="UTC", **QUIET)
    night = datetime(2027, 1, 15, 2, tzinfo=ZoneInfo("UTC"))
    assert undisturbed(person=person, channel=IN_APP, due=night, at=night) == night


def test_quiet_hours_chosen_after_planning_hold_too(ana, ben, as_member, soon, mail_folder):
    with as_member(ben):
        change_profile(by=ben.person, language="en", time_zone="UTC", email="ben@example.org")
    with as_member(ana):
        schedule(ana, soon + timedelta(days=1))
        actions.tell(
            group=ana.group, people=[ben.person], occasion=Reminder.Occasion.TAKEOVER, about=ana.pk, at=timezone.now()
        )
    now = timezone.now()
    with as_member(ben):
        begin, end = (now + timedelta(hours=each) for each in (-1, 2))
        actions.choose_quiet_hours(by=ben.person, quiet_from=begin.time(), quiet_until=end.time())
    deliver()
    assert not list(mail_folder.glob("*.eml"))
    with as_member(ben):
        row = Reminder.objects.get(person=ben.person, occasion="takeover", channel=EMAIL)
        assert now + timedelta(hours=1) < row.due_at < now + timedelta(hours=3)
        assert (row.attempts, row.claimed_at) == (0, None)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"quiet_from": "23:00"}, "Fill in both times, or neither."),
        ({"quiet_from": "23:00", "quiet_until": "23:00"}, "Choose a time that is not the same"),
        ({"quiet_from": "25:00", "quiet_until": "08:00"}, "Enter a valid time."),
    ],
)
def test_quiet_hours_that_make_no_sense_are_refused(ben, sign_in, sent, told):
    answer = sign_in(ben).post("/me/reminders/", sent)
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_a_member_chooses_in_three_taps(ana, ben, as_member, sign_in):
    page = f"/groups/{ben.group.slug}/reminders/"
    client = sign_in(ben)
    assert client.get(page).content.decode().count(" checked") == 4, "what most people want is ticked already"
    answer = client.post(page, {"leads": ["60", "1440"], "channels": ["in_app"], "words": "neutral"})
    assert answer.status_code == 302
    assert "one day before, one hour before" in client.get(ben.group.get_absolute_url()).content.decode()


def give_up(member: Membership) -> None:
    Reminder.objects.create(
        group=member.group,
        person=member.person,
        occasion=Reminder.Occasion.MEETING,
        occasion_id=uuid4(),
        occasion_at=timezone.now(),
        lead_minutes=60,
        channel=EMAIL,
        due_at=timezone.now(),
        attempts=Reminder.MAXIMUM_ATTEMPTS,
    )


def test_a_coordinator_sees_what_did_not_arrive_without_the_address_and_tries_again(
    ana, ben, as_member, sign_in, mail_folder
):
    with as_member(ben):
        change_profile(by=ben.person, language="en", time_zone="UTC", email="ben-secret@example.org")
        give_up(ben)
    client, page = sign_in(ana), f"/groups/{ana.group.slug}/undelivered/"
    shown = client.get(page).content.decode()
    assert "1 reminder could not be delivered" in shown
    assert "ben-secret" not in shown
    assert client.post(page).status_code == 302
    assert "Everything arrived" in client.get(page).content.decode()
    deliver()
    assert len(list(mail_folder.glob("*.eml"))) == 1


def test_what_did_not_arrive_takes_the_same_queries_for_two_and_for_twelve(ana, ben, as_member, sign_in):
    client, page = sign_in(ana), f"/groups/{ana.group.slug}/undelivered/"
    client.get(page)  # the first request of a session writes it
    counts = []
    for more in (2, 10):
        with as_member(ben):
            for _ in range(more):
                give_up(ben)
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        counts.append(len(captured))
    assert counts[0] == counts[1]
