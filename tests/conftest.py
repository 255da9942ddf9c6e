"""The same five everywhere: Ana coordinates, Ben is a member, Caro does outreach, Dee belongs elsewhere, a visitor.

Everything runs on a real PostgreSQL as the application's own role: row-level security holds in every test.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.test import Client

from groups import actions
from groups.actions.memberships import add_member
from groups.models import Group, Membership, Person, Power
from hrplatform import isolation, roles, sealing

PASSPHRASE = "four words of mine"


def _beside(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A database of its own, made as in production: roles, then migrations as the owner, then everything as the app."""
    name = f"test_{connections['default'].settings_dict['NAME']}_{os.getpid()}"
    admin_url = _beside(settings.DATABASE_ADMIN_URL, name)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        roles.prepare(admin_url)
        for alias in connections:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        call_command("migrate", database="owner", verbosity=0)
        connections["owner"].close()
        with psycopg.connect(admin_url, autocommit=True) as admin:
            # Tests with real transactions empty the tables afterwards. The application itself may never do that.
            admin.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO hrplatform_app")
        sealing.begin()
        call_command("collectstatic", interactive=False, verbosity=0)
        yield
        for alias in connections:
            connections[alias].close()
        connections["default"].close_pool()
        with psycopg.connect(_beside(admin_url, "postgres"), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, settings: object) -> None:
    """Letters of one test do not meet those of another."""
    settings.EMAIL_BACKEND = "hrplatform.delivery.FolderEmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_FOLDER = tmp_path / "mail"  # type: ignore[attr-defined]


@pytest.fixture
def mail_folder(settings: object) -> Path:
    return Path(settings.EMAIL_FOLDER)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    """Counts of one test's tries must not limit another's."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()


def make_person(handle: str, **facts: object) -> Person:
    return Person.objects.create_user(handle=handle, password=PASSPHRASE, **facts)


@dataclass(frozen=True)
class World:
    """A union with Ana, Ben and Caro, and another group with Dee."""

    union: Group
    ana: Membership
    ben: Membership
    caro: Membership
    elsewhere: Group
    dee: Membership


@pytest.fixture
def world(db: None) -> World:
    ana, ben, caro, dee = (make_person(handle) for handle in ("ana", "ben", "caro", "dee"))
    with isolation.context(person=ana.pk):
        union = actions.found_group(by=ana, kind="organization", name="Night Union", time_zone="America/New_York")
        by = Membership.objects.select_related("group", "person").get(group=union, person=ana)
        member = add_member(by=by, person=ben, standing="peer")
        worker = add_member(by=by, person=caro, standing="peer")
        actions.set_powers(by=by, member=worker, powers=[Power.LOG_OUTREACH])
    with isolation.context(person=dee.pk):
        elsewhere = actions.found_group(by=dee, kind="organization", name="Elsewhere", time_zone="Asia/Bishkek")
        other = Membership.objects.select_related("group", "person").get(group=elsewhere, person=dee)
    return World(union, by, member, worker, elsewhere, other)


@pytest.fixture
def ana(world: World) -> Membership:
    return world.ana


@pytest.fixture
def ben(world: World) -> Membership:
    return world.ben


@pytest.fixture
def caro(world: World) -> Membership:
    return world.caro


@pytest.fixture
def dee(world: World) -> Membership:
    return world.dee


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def sign_in() -> Callable[[Membership | Person], Client]:
    def signed_in(who: Membership | Person) -> Client:
        client = Client()
        client.force_login(who.person if isinstance(who, Membership) else who)
        return client

    return signed_in


@pytest.fixture
def as_member() -> Callable[[Membership], AbstractContextManager[None]]:
    """Open the isolation context that this member's requests have."""

    def opened(membership: Membership) -> AbstractContextManager[None]:
        return isolation.context(person=membership.person_id, groups=[membership.group_id])

    return opened
