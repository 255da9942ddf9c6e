from outreach.models.catalogue import Item, ItemName, Kit, KitLine
from outreach.models.contacts import Contact, ContactLine
from outreach.models.sites import Site
from outreach.models.totals import CategoryTotal, ItemTotal, Totals

__all__ = [
    "CategoryTotal",
    "Contact",
    "ContactLine",
    "Item",
    "ItemName",
    "ItemTotal",
    "Kit",
    "KitLine",
    "Site",
    "Totals",
]
