"""A pytest plugin: a throw-away PostgreSQL and Valkey before settings are read, unless DATABASE_URL names one.

With `-n` each test process has its own pair, so that no test meets another's rows, counts or messages; the process that
only hands out work has none.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from hrplatform import embedded

_running: list[embedded.Postgres | embedded.Valkey] = []
_folders: list[Path] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)  # pytest-django reads settings first; wrappers come before it.
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    os.environ.setdefault("SITE_URL", "http://127.0.0.1:8000")
    os.environ.setdefault("EXIT_URL", "http://127.0.0.1:8000/en/about/")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's own loop runs in the test's thread.
    folder = Path(tempfile.mkdtemp(prefix="hrtest-"))
    folder.chmod(0o755)
    _folders.append(folder)
    os.environ["HRPLATFORM_VAR"] = str(folder)
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if early_config.known_args_namespace.numprocesses and not is_worker:
        return (yield)
    if not os.environ.get("DATABASE_URL"):
        postgres = embedded.Postgres(fast=True)
        _running.append(postgres)
        postgres.start()
        for name, role in (("", "app"), ("_OWNER", "owner"), ("_BACKUP", "backup")):
            os.environ[f"DATABASE{name}_URL"] = embedded.database_url(f"hrplatform_{role}")
        os.environ["DATABASE_ADMIN_URL"] = embedded.database_url("postgres")
    if not os.environ.get("REDIS_URL"):
        valkey = embedded.Valkey()
        _running.append(valkey)
        valkey.start()
        os.environ["REDIS_URL"] = embedded.cache_url().replace("db=1", "db=0")
    return (yield)


def pytest_unconfigure() -> None:
    for service in reversed(_running):
        service.stop()
    _running.clear()
    if _folders:
        shutil.rmtree(embedded.run_folder(), ignore_errors=True)
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)
    _folders.clear()
