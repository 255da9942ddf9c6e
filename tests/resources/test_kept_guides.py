"""Guides as visitors get them: through the kept pages, with all of Django behind."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection

from hrplatform.public_pages import GENERATION_KEY, KeptPublicPages, mark_changed
from resources.actions import Text
from resources.models import Guide
from tests.resources.conftest import BODY
from tests.test_public_pages import ask

# Real requests open and close their own connections, so what they read must really be committed.
pytestmark = pytest.mark.django_db(transaction=True)


def test_guide_is_kept_with_its_headers(publish: Callable[..., Guide]) -> None:
    publish()
    kept = KeptPublicPages(get_wsgi_application())
    first = ask(kept, "/en/guides/a-guide/", HTTP_ACCEPT_ENCODING="gzip")
    assert b"What helps" in gzip.decompress(first.body)
    assert kept.used_bytes > 0
    assert "content-security-policy" in first.headers
    assert first.headers["referrer-policy"] == "no-referrer"
    assert "no-store" not in first.headers["cache-control"]


def test_guide_is_still_read_when_the_database_is_away(publish: Callable[..., Guide]) -> None:
    publish()
    kept = KeptPublicPages(get_wsgi_application())
    first = ask(kept, "/en/guides/a-guide/")
    mark_changed()

    def away(*args: Any) -> None:
        raise OperationalError("the connection is closed")

    with connection.execute_wrapper(away):
        old, unknown = ask(kept, "/en/guides/a-guide/"), ask(kept, "/es/guides/a-guide/")
    assert (old.status, old.body) == (200, first.body)
    assert unknown.status == 503


def test_what_is_published_shows_at_once(publish: Callable[..., Guide]) -> None:
    publish()
    kept = KeptPublicPages(get_wsgi_application())
    assert b"<h1>What helps</h1>" in ask(kept, "/en/guides/a-guide/").body
    publish(texts={"en": Text("What helps most", "Early.", BODY)})
    assert b"<h1>What helps most</h1>" in ask(kept, "/en/guides/a-guide/").body


def test_saying_the_same_again_keeps_the_pages(publish: Callable[..., Guide]) -> None:
    publish()
    before = cache.get(GENERATION_KEY)
    publish()
    assert before is not None
    assert cache.get(GENERATION_KEY) == before
