"""Counting who leads, when a quarter is over."""

from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from groups.models import Group, LeadershipCount, Meeting, Membership, Participation, Proposal, RoleTerm
from groups.models.leadership import next_quarter, quarter_of

# How far back a group that was not counted is counted: what its rows still say is true enough for a year.
MOST_QUARTERS_BACK = 4


def last_quarter(group: Group) -> date:
    """The first day of the last quarter that is over on this group's calendar."""
    return quarter_of(quarter_of(group.today) - timedelta(days=1))


@transaction.atomic
def count_leadership(*, group: Group) -> int:
    """Count the quarters that are over and were not counted yet. Returns how many. Running it again changes nothing."""
    known = set(LeadershipCount.objects.filter(group=group).values_list("quarter", flat=True))
    first, counted = last_quarter(group), 0
    for _each in range(MOST_QUARTERS_BACK):
        if next_quarter(first) > group.founded_on and first not in known:
            _count(group, first)
            counted += 1
        first = quarter_of(first - timedelta(days=1))
    return counted


def _count(group: Group, first: date) -> None:
    after = next_quarter(first)
    counts = {
        LeadershipCount.What.ROLES: _role_holders(group, first, after),
        LeadershipCount.What.VOTES: _voters(group, first, after),
        LeadershipCount.What.PRESENT: _present(group, first, after),
    }
    LeadershipCount.objects.bulk_create(
        [
            LeadershipCount(
                group=group,
                quarter=first,
                what=what,
                peers=found[Membership.Standing.PEER],
                allies=found[Membership.Standing.ALLY],
            )
            for what, found in counts.items()
        ],
        ignore_conflicts=True,
    )


def _role_holders(group: Group, first: date, after: date) -> Counter[str]:
    """Members who held a role on some day of the quarter, each once."""
    terms = RoleTerm.objects.filter(group=group, starts_on__lt=after).filter(Q(ends_on=None) | Q(ends_on__gt=first))
    return Counter(standing for _pk, standing in set(terms.values_list("membership_id", "membership__standing")))


def _voters(group: Group, first: date, after: date) -> Counter[str]:
    """Members who took part in a vote that closed in the quarter, each once."""
    begins, ends = _moments(group, first, after)
    took_part = Participation.objects.filter(
        group=group,
        took_part=True,
        membership__isnull=False,
        proposal__state=Proposal.State.CLOSED,
        proposal__closed_at__gte=begins,
        proposal__closed_at__lt=ends,
    )
    return Counter(standing for _pk, standing in set(took_part.values_list("membership_id", "membership__standing")))


def _present(group: Group, first: date, after: date) -> Counter[str]:
    """How often peers and allies were at meetings: ticked, or counted in the room."""
    begins, ends = _moments(group, first, after)
    found: Counter[str] = Counter()
    for meeting in Meeting.objects.filter(group=group, starts_at__gte=begins, starts_at__lt=ends).with_presence():
        found[Membership.Standing.PEER] += meeting.present_peers
        found[Membership.Standing.ALLY] += meeting.present_allies
    return found


def _moments(group: Group, first: date, after: date) -> tuple[datetime, datetime]:
    """Midnight on the group's own clocks."""
    begins, ends = (datetime(day.year, day.month, day.day, tzinfo=group.zone) for day in (first, after))
    return begins, ends
