"""What many contacts add up to, by the counting rules of the field.

A needle-syringe is one complete set: loose needles and barrels are never added up. Naloxone is counted in doses,
nasal and injectable apart. Contacts are visits, not unique people. People reached are contacts and those others for
whom something was taken along.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from outreach.models.catalogue import Item


@dataclass(frozen=True)
class ItemTotal:
    """How much of one item went out. `quantity` is in its own units: a pack is one."""

    name: str
    category: str
    route: str
    quantity: int
    syringes: int
    doses: int


@dataclass(frozen=True)
class CategoryTotal:
    """One category. `counted`: needle-syringes for injecting, doses for naloxone, units for everything else."""

    category: Item.Category
    items: Sequence[ItemTotal]

    @property
    def counted(self) -> int:
        if self.category == Item.Category.INJECTION:
            return sum(item.syringes for item in self.items)
        if self.category == Item.Category.NALOXONE:
            return sum(item.doses for item in self.items)
        return sum(item.quantity for item in self.items)


@dataclass(frozen=True)
class Totals:
    contacts: int
    people_reached: int
    used_returned: int
    items: Sequence[ItemTotal]

    @property
    def syringes(self) -> int:
        return sum(item.syringes for item in self.items)

    @property
    def nasal_doses(self) -> int:
        return sum(item.doses for item in self.items if item.route == Item.NaloxoneRoute.NASAL)

    @property
    def injectable_doses(self) -> int:
        return sum(item.doses for item in self.items if item.route == Item.NaloxoneRoute.INJECTABLE)

    @property
    def by_category(self) -> list[CategoryTotal]:
        """Categories in which something went out, in the order of the catalogue."""
        found = {category: [item for item in self.items if item.category == category] for category in Item.Category}
        return [CategoryTotal(category, items) for category, items in found.items() if items]
