"""The product with no room to keep a page: each request makes it anew, as the first one after a change does."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hrplatform.settings")

from django.core.wsgi import get_wsgi_application

from hrplatform.public_pages import KeptPublicPages

application = KeptPublicPages(get_wsgi_application(), room_bytes=0)
