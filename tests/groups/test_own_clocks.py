"""Pages tell a person the time on that person's own clocks, wherever the server stands."""

from datetime import UTC, datetime

from groups.models import Reminder
from hrplatform import isolation


def test_the_inbox_tells_the_time_on_ones_own_clocks(sign_in, ben):
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    with isolation.context(person=ben.person_id, groups=[ben.group_id]):
        Reminder.objects.create(
            group=ben.group,
            person=ben.person,
            occasion=Reminder.Occasion.MEETING,
            occasion_id=ben.group_id,
            occasion_at=noon,
            lead_minutes=60,
            channel=Reminder.Channel.IN_APP,
            due_at=noon,
            sent_at=noon,
        )
    ben.person.time_zone = "Asia/Bishkek"
    ben.person.save(update_fields=["time_zone"])
    assert "July 1, 2026, 6 p.m." in sign_in(ben).get("/me/inbox/").content.decode()
