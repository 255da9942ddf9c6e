"""How people of the demonstration wish to hear of things."""

from datetime import time
from typing import TYPE_CHECKING

from groups import actions
from groups.models import Membership, Reminder
from hrplatform import isolation

if TYPE_CHECKING:
    from groups.demonstration.world import World

_CHOICES = {
    ("new-york", "ben"): ([60, 1440], [Reminder.Channel.IN_APP], Membership.ReminderWords.NEUTRAL),
    ("new-york", "caro"): ([180], [Reminder.Channel.IN_APP, Reminder.Channel.EMAIL], Membership.ReminderWords.NAMED),
    ("bishkek", "nurgul"): ([], [Reminder.Channel.IN_APP], Membership.ReminderWords.NEUTRAL),
}


def build(*, world: "World") -> None:
    for key, (leads, channels, words) in _CHOICES.items():
        member = world.memberships[key]
        with isolation.context(person=member.person_id, groups=[member.group_id]):
            actions.choose_reminders(by=member, leads=leads, channels=channels, words=words)
    sleeper = world.memberships["new-york", "caro"]
    with isolation.context(person=sleeper.person_id, groups=[sleeper.group_id]):
        actions.choose_quiet_hours(by=sleeper.person, quiet_from=time(6), quiet_until=time(13))
