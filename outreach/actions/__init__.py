from outreach.actions.catalogue import load_catalogue
from outreach.actions.contacts import ContactEntry, log_contact, log_past_contacts, undo_contact, undo_token

__all__ = ["ContactEntry", "load_catalogue", "log_contact", "log_past_contacts", "undo_contact", "undo_token"]
