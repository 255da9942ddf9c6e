"""How much a page asks of the database: the same however long its list is."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def queries_of(client: Client, place: str) -> int:
    """Questions asked for this page. Not counted: the instance's settings, which are remembered for a moment."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(place).status_code == 200
    asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
    return sum("hrplatform_instancesettings" not in sql for sql in asked)
