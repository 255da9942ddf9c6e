"""What the product is measured beside: Django answering with the same bytes, with and without its default middleware.

Run by granian with BENCH_PAGES (a folder holding `page.html` and `page.html.gz`) and BENCH_MIDDLEWARE (0 or 1).
"""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import re_path

_PAGES = Path(os.environ["BENCH_PAGES"])
_PLAIN, _GZIPPED = (_PAGES / "page.html").read_bytes(), (_PAGES / "page.html.gz").read_bytes()

settings.configure(
    SECRET_KEY="only measured, never served to anyone",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    # As `django-admin startproject` writes it.
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]
    if os.environ["BENCH_MIDDLEWARE"] == "1"
    else [],
)


def same_bytes(request: HttpRequest) -> HttpResponse:
    if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        return HttpResponse(_GZIPPED, headers={"Content-Encoding": "gzip", "Content-Length": str(len(_GZIPPED))})
    return HttpResponse(_PLAIN, headers={"Content-Length": str(len(_PLAIN))})


urlpatterns = [re_path("", same_bytes)]
application = get_wsgi_application()
