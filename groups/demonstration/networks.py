"""Three groups are in the network and named there; the circle has asked, and is a code and nothing else."""

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from groups.models import Affiliation, Group
from groups.models.groups import SLUG_LETTERS
from hrplatform import isolation

if TYPE_CHECKING:
    from groups.demonstration.world import World


def build(*, world: "World", today: date, seed: random.Random) -> None:
    network = world.groups["network"]
    for key in ("new-york", "buenos-aires", "bishkek", "rotterdam"):
        group = world.groups[key]
        is_in = not group.is_circle
        affiliation = Affiliation(
            id=UUID(int=seed.getrandbits(128), version=4),
            code="".join(seed.choice(SLUG_LETTERS) for _ in range(6)).upper(),
            group=group,
            network=network,
            state=Affiliation.State.ACCEPTED if is_in else Affiliation.State.ASKED,
            answered_on=today - timedelta(days=200) if is_in else None,
        )
        affiliation.copy_what_is_shown(group)
        with isolation.context(groups=[group.pk]):
            affiliation.save(force_insert=True)
            if is_in:
                Group.objects.filter(pk=group.pk).update(network=network)
