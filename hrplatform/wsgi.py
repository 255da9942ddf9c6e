"""The web entry point: kept public pages first, Django behind them."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hrplatform.settings")

from django.core.wsgi import get_wsgi_application

from hrplatform.public_pages import KeptPublicPages

application = KeptPublicPages(get_wsgi_application())
