"""What someone takes on comes back to each agenda until it is done, and whoever took it on is reminded."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups import actions
from groups.models import ActionItem, Meeting, Reminder
from groups.recurrence import WEEKLY

ZONE = ZoneInfo("America/New_York")
DURING = datetime(2026, 11, 26, 20, tzinfo=ZONE)


@pytest.fixture
def at() -> time_machine.Traveller:
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=ZONE), tick=False) as traveller:
        yield traveller


@pytest.fixture
def meetings(at, ana, as_member) -> list[Meeting]:
    """Thursdays; the clock stands in the middle of the first."""
    with as_member(ana):
        first = actions.schedule_meeting(by=ana, title="Thursday", starts=datetime(2026, 11, 26, 19), repeats=WEEKLY)
        at.move_to(DURING)
        return list(Meeting.objects.filter(series=first.series).select_related("group").order_by("starts_at"))


def page_of(client, meeting: Meeting) -> str:
    return client.get(meeting.get_absolute_url()).content.decode()


def test_it_comes_back_to_each_agenda_until_it_is_done(at, ana, ben, meetings, sign_in, as_member):
    client = sign_in(ben)
    body = {"what": "Ask the driver", "member": str(ben.pk), "due_on": "2026-12-08"}
    assert client.post(f"{meetings[0].get_absolute_url()}to-do/", body).status_code == 302
    for meeting in meetings[1:3]:
        assert "Ask the driver" in page_of(client, meeting).split("Still to do from before")[1]
    with as_member(ben):
        item = ActionItem.objects.get()
    at.move_to(datetime(2026, 12, 4, 12, tzinfo=ZONE))
    client = sign_in(ben)
    done = f"/groups/{ben.group.slug}/to-do/{item.pk}/done/"
    for _ in range(2):
        answer = client.post(done, {"meeting": str(meetings[2].pk)})
        assert answer["Location"] == meetings[2].get_absolute_url(), "back to the meeting whose page it was"
    assert "Ask the driver" not in page_of(client, meetings[2])
    with as_member(ben):
        carried = [ActionItem.objects.carried_to(meeting).count() for meeting in meetings[:3]]
        assert carried == [0, 1, 0], "on the agendas that it was open for"


def test_whoever_took_it_on_is_reminded_the_day_before_at_ten(ana, ben, meetings, as_member):
    with as_member(ana):
        item = actions.add_action_item(
            by=ana, meeting=meetings[0], what="Ask the driver", member=ben, due_on=date(2026, 12, 8)
        )
        row = Reminder.objects.get(occasion="action_item_due")
        assert (row.person, row.occasion_id) == (ben.person, item.pk)
        assert row.due_at == datetime(2026, 12, 7, 10, tzinfo=ZONE)


def test_a_reminder_follows_the_day_and_the_person_and_goes_when_it_is_done(ana, ben, caro, meetings, as_member):
    with as_member(ana):
        item = actions.add_action_item(
            by=ana, meeting=meetings[0], what="Ask the driver", member=ben, due_on=date(2026, 12, 8)
        )
        actions.change_action_item(by=ana, item=item, what="Ask the driver", member=caro, due_on=date(2026, 12, 10))
        row = Reminder.objects.get(occasion="action_item_due")
        assert (row.person, row.due_at.date()) == (caro.person, date(2026, 12, 9))
        actions.finish_action_item(by=ana, item=item)
        assert not Reminder.objects.filter(occasion="action_item_due").exists()
        actions.reopen_action_item(by=ana, item=item)
        assert Reminder.objects.filter(occasion="action_item_due").count() == 1


def test_a_double_click_writes_it_down_once(ana, meetings, as_member):
    with as_member(ana):
        for _ in range(2):
            actions.add_action_item(by=ana, meeting=meetings[0], what="Ask the driver")
        assert ActionItem.objects.count() == 1


def test_what_is_late_says_so(ana, meetings, sign_in, as_member):
    with as_member(ana):
        actions.add_action_item(by=ana, meeting=meetings[0], what="Ask the driver", due_on=date(2026, 11, 20))
    page = sign_in(ana).get(f"/groups/{ana.group.slug}/to-do/").content.decode()
    assert "the day has passed" in page


@pytest.mark.parametrize(
    "wrong", [{"due_on": "0001-01-01"}, {"due_on": "9999-12-31"}, {"due_on": "soon"}, {"what": ""}, {"what": "x" * 301}]
)
def test_what_is_wrong_is_said_at_its_field_and_kept(wrong, ben, meetings, sign_in, as_member):
    body = {"what": "Ask the driver", "due_on": "2026-12-08", **wrong}
    answer = sign_in(ben).post(f"{meetings[0].get_absolute_url()}to-do/", body)
    assert answer.status_code == 422
    with as_member(ben):
        assert not ActionItem.objects.exists()


def test_a_member_of_another_group_cannot_be_given_anything(ben, dee, meetings, sign_in):
    body = {"what": "Ask the driver", "member": str(dee.pk)}
    assert sign_in(ben).post(f"{meetings[0].get_absolute_url()}to-do/", body).status_code == 422


def test_the_list_asks_as_little_of_the_database_with_twelve_as_with_two(ana, meetings, sign_in, as_member):
    client, counts = sign_in(ana), []
    client.get(f"/groups/{ana.group.slug}/to-do/")  # what is asked once and kept is not what is counted
    for wanted in (2, 12):
        with as_member(ana):
            for number in range(ActionItem.objects.count(), wanted):
                actions.add_action_item(by=ana, meeting=meetings[0], what=f"Do {number}", member=ana)
        with CaptureQueriesContext(connection) as asked:
            assert "Do 1" in client.get(f"/groups/{ana.group.slug}/to-do/").content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_is_still_to_do_outlives_the_meeting(ana, meetings, as_member):
    with as_member(ana):
        item = actions.add_action_item(by=ana, meeting=meetings[0], what="Ask the driver")
        meetings[0].delete()
        item.refresh_from_db()
        assert item.meeting is None
        assert item in ActionItem.objects.carried_to(meetings[1])


def test_long_lists_are_paged(ana, meetings, sign_in, as_member):
    with as_member(ana):
        for number in range(35):
            ActionItem.objects.create(
                group=ana.group, what=f"Do {number}", due_on=date(2026, 12, 1) + timedelta(days=number)
            )
    client = sign_in(ana)
    assert "Page 1 of 2" in client.get(f"/groups/{ana.group.slug}/to-do/").content.decode()
    assert "Do 34" in client.get(f"/groups/{ana.group.slug}/to-do/?page=2").content.decode()
    assert client.get(f"/groups/{ana.group.slug}/to-do/?page=x%00").status_code == 200
