"""Who led before: one group that began from outside and is led by its members now, one that always was."""

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from groups.models import LeadershipCount
from groups.models.leadership import quarter_of
from hrplatform import isolation

if TYPE_CHECKING:
    from groups.demonstration.world import World

What = LeadershipCount.What
# Peers and allies, the oldest quarter first.
QUARTERS: dict[str, dict[What, list[tuple[int, int]]]] = {
    "buenos-aires": {
        What.ROLES: [(1, 5), (2, 4), (3, 3), (5, 2), (6, 1), (7, 0)],
        What.VOTES: [(1, 2), (3, 4), (6, 4), (8, 2), (9, 0), (11, 0)],
        What.PRESENT: [(22, 31), (38, 30), (61, 25), (80, 19), (94, 12), (101, 9)],
    },
    "new-york": {
        What.ROLES: [(3, 1), (5, 1), (6, 1), (6, 1), (7, 1), (8, 1)],
        What.VOTES: [(8, 0), (9, 0), (9, 0), (11, 0), (12, 0), (12, 0)],
        What.PRESENT: [(90, 11), (97, 9), (104, 12), (99, 8), (111, 7), (118, 9)],
    },
}


def build(*, world: "World", today: date, seed: random.Random) -> None:
    for key, counts in QUARTERS.items():
        group = world.groups[key]
        with isolation.context(groups=[group.pk]):
            for what, quarters in counts.items():
                first = quarter_of(today)
                for peers, allies in reversed(quarters):
                    first = quarter_of(first - timedelta(days=1))
                    LeadershipCount.objects.create(
                        id=UUID(int=seed.getrandbits(128), version=4),
                        group=group,
                        quarter=first,
                        what=what,
                        peers=peers,
                        allies=allies,
                    )
