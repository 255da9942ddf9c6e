"""Anyone puts something on the agenda; support says what comes first."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from groups import actions
from groups.models import AgendaItem, Meeting, Membership


def schedule(by: Membership, days: int = 3, **facts: object) -> Meeting:
    starts = datetime.now() + timedelta(days=days)  # noqa: DTZ005 (wall-clock time)
    return actions.schedule_meeting(by=by, title="Thursday", starts=starts, **facts)


@pytest.fixture
def meeting(ana, as_member) -> Meeting:
    with as_member(ana):
        return schedule(ana)


def test_an_agreement_to_look_at_again_comes_to_the_next_agenda_once(ana, meeting, as_member):
    agreement = uuid4()
    with as_member(ana):
        facts = {"group": ana.group, "title": "The van rule", "origin": "agreement", "origin_id": agreement}
        first = actions.put_on_next_agenda(by=None, **facts)
        assert first.meeting == meeting
        assert actions.put_on_next_agenda(by=None, **facts) == first
        assert AgendaItem.objects.count() == 1


def test_whoever_added_an_item_may_take_it_off_and_others_may_not(ana, ben, caro, meeting, as_member):
    with as_member(ben):
        item = actions.add_agenda_item(by=ben, meeting=meeting, title="Night bus")
    with as_member(caro), pytest.raises(PermissionDenied):
        actions.remove_agenda_item(by=caro, item=item)
    with as_member(ben):
        actions.remove_agenda_item(by=ben, item=item)
        assert not AgendaItem.objects.exists()
