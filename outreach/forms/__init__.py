from outreach.forms.contacts import ContactForm

__all__ = ["ContactForm"]
