"""A demonstration instance of its own, in a temporary folder, on its own servers."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from hrplatform import embedded


@dataclass(frozen=True)
class Instance:
    """`folder`: where it keeps everything. `database`: the process of its database server."""

    folder: Path
    database: int


@contextmanager
def demonstration() -> Iterator[Instance]:
    """Django is set up inside, and answers as `manage.py up` would."""
    folder = Path(tempfile.mkdtemp(prefix="hrbench-"))
    folder.chmod(0o755)
    for name in [name for name in os.environ if name.startswith(("DATABASE_", "REDIS_"))]:
        del os.environ[name]
    os.environ |= {
        "HRPLATFORM_VAR": str(folder),
        "SITE_URL": "http://127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "hrplatform.settings",
    }
    postgres, valkey = embedded.Postgres(fast=True), embedded.Valkey()
    try:
        postgres.start()
        valkey.start()
        _fill()
        assert postgres.child is not None
        yield Instance(folder, postgres.child.pid)
    finally:
        _let_go()
        valkey.stop()
        postgres.stop()
        embedded.remove_run_folder()
        shutil.rmtree(folder, ignore_errors=True)


def _fill() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from hrplatform import roles, sealing

    roles.prepare(embedded.database_url("postgres"))
    call_command("migrate", database="owner", verbosity=0)
    sealing.begin()
    for name in ("compile_languages", "load_catalogue", "load_topics", "seed_demonstration"):
        call_command(name, stdout=StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)


def _let_go() -> None:
    from django.apps import apps
    from django.db import connections

    if apps.ready:
        for connection in connections.all():
            connection.close()
        connections["default"].close_pool()  # type: ignore[attr-defined]
