from outreach.actions.catalogue import load_catalogue
from outreach.actions.contacts import ContactEntry, log_contact, log_past_contacts, undo_contact, undo_token
from outreach.actions.kits import change_kit, make_kit
from outreach.actions.sites import change_site, make_site

__all__ = [
    "ContactEntry",
    "change_kit",
    "change_site",
    "load_catalogue",
    "log_contact",
    "log_past_contacts",
    "make_kit",
    "make_site",
    "undo_contact",
    "undo_token",
]
