from outreach.forms.contacts import ContactForm
from outreach.forms.kits import KitForm
from outreach.forms.sites import SiteForm

__all__ = ["ContactForm", "KitForm", "SiteForm"]
