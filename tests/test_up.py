"""One command gives a whole system, and takes it away again: as root, as anyone, wherever it lies, however it ended."""

import os
import pwd
import re
import shutil
import signal
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from hrplatform import embedded
from tests.running_system import Person, System, copy_of_checkout, kill

pytestmark = pytest.mark.slow
IS_ROOT = os.getuid() == 0
as_root_only = pytest.mark.skipif(not IS_ROOT, reason="only root starts things as another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Outside pytest's own folders, which other users may not enter."""
    made = Path(tempfile.mkdtemp(prefix="hrup-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def world(grown_world: System) -> Iterator[System]:
    """A var folder in which the demonstration was once started. Each test starts it again."""
    yield grown_world
    grown_world.kill_everything()


@pytest.fixture(scope="module")
def grown_world() -> Iterator[System]:
    made = Path(tempfile.mkdtemp(prefix="hrup-"))
    made.chmod(0o755)
    system = System(made / "var").start()
    assert system.is_up, system.said
    system.first_said = system.said  # type: ignore[attr-defined]
    assert system.stop() == 0
    yield system
    system.kill_everything()
    shutil.rmtree(made, ignore_errors=True)


def database_of(system: System) -> "psycopg.Connection[tuple[object, ...]]":
    """A look into its database from outside, as whoever started it."""
    before = os.environ["HRPLATFORM_VAR"]
    os.environ["HRPLATFORM_VAR"] = str(system.var)
    try:
        return psycopg.connect(embedded.database_url("postgres"))
    finally:
        os.environ["HRPLATFORM_VAR"] = before


def log_a_contact(system: System) -> str:
    """As Caro, with a browser without script. Returns the contact's number."""
    caro = system.person()
    assert caro.send("/sign-in/", login="caro", password="we meet on thursdays") == (302, "/tonight/")
    _, page = caro.get("/tonight/")
    path = re.search(r'href="(/groups/[^"]*/contacts/log/)"', page)
    assert path, page + system.logged("web")
    _, form = caro.get(path[1])
    number = re.search(r'name="id"[^>]* value="([^"]+)"', form)
    assert number, form
    status, leads_to = caro.send(path[1], id=number[1], used_returned="3", for_self="on")
    assert status == 302, leads_to
    return number[1]


def has_contact(system: System, number: str) -> bool:
    with database_of(system) as database:
        return database.execute("SELECT used_returned FROM outreach_contact WHERE id = %s", [number]).fetchone() == (3,)


# --- Starting and stopping --------------------------------------------------------------------------------------------


def test_first_start_makes_everything_and_says_how_to_come_in(world):
    said = world.first_said
    for expected in (
        "Starting the database ... ",
        "Making the demonstration world:",
        f"Ready in [0-9.]+ s:  {world.origin}",
        f"Letters land in {re.escape(str(world.var))}/mail",
        'passphrase "we meet on thursdays"',
        "  caro  ",
    ):
        assert re.search(expected, said), said
    assert "Traceback" not in said
    assert said.rstrip().endswith("Stop with Ctrl-C.")


def test_second_start_makes_nothing_again_and_serves_pages(world, capsys):
    with world.running():
        said = world.said
        assert "Making" not in said
        assert world.person().get("/en/")[0] == 200
        assert log_a_contact(world)
    with capsys.disabled():
        sys.stdout.write(f"\n(second start: {re.search('Ready in ([0-9.]+) s', said)[1]} s)\n")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP], ids=lambda sign: sign.name)
def test_stopping_leaves_no_process(world, sign):
    """Ctrl-C is how every other test here stops it."""
    world.start()
    names = " ".join(world.processes().values())
    for expected in ("granian", "celery -A hrplatform worker", "celery -A hrplatform beat", "postgres", "valkey"):
        assert expected in names, names
    assert world.stop(sign) == 0
    assert world.processes() == {}
    assert world.said.rstrip().endswith("Stopped. Everything is kept.")


def test_stopping_in_the_middle_of_starting_leaves_no_process(folder):
    system = System(folder / "var")
    process = system.begin()
    assert process.stdout is not None
    for line in process.stdout:
        if "people, groups" in line:
            break
    assert system.stop() == 0, system.said
    assert system.processes() == {}
    with system.running():  # what was half made is made whole
        assert "Making the demonstration world" in system.said
        assert log_a_contact(system)


# --- Ends that nobody asked for ---------------------------------------------------------------------------------------


def test_after_kill_9_it_starts_again_at_once_and_no_contact_is_lost(world):
    world.start()
    number = log_a_contact(world)
    world.process.kill()
    world.process.wait()
    world.start()
    assert world.is_up, world.said
    assert has_contact(world, number)
    world.process.kill()
    world.process.wait()
    assert world.left_after(20) == {}, "every child ends by itself, also when nobody starts it again"


def test_after_a_power_cut_it_starts_again_and_no_contact_is_lost(world):
    world.start()
    number = log_a_contact(world)
    world.kill_everything()
    # A number in a stale file may belong to somebody else's living process by now: to ours, here.
    pid_file = world.var / "pg" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with world.running():
        assert has_contact(world, number)


@pytest.mark.parametrize("name", ["worker", "postgres"])
def test_a_child_that_dies_is_named_and_everything_stops(world, name):
    world.start()
    command = {"worker": "celery -A hrplatform worker", "postgres": "bin/postgres -D"}[name]
    victim = min(number for number, words in world.processes().items() if command in words)
    kill([victim])
    assert world.wait() == 1
    assert f"The {name} process has stopped." in world.said
    assert world.processes() == {}
    assert "Traceback" not in world.said


def test_make_run_gives_a_link_that_works_once_and_takes_everything_along_when_killed(folder):
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    root = copy_of_checkout(folder / "a path with spaces")
    system = System(root / "var", root=root)
    # The stamps are taken as fresh: the environment is a link to the one that runs this test.
    make = ["make", "-o", ".venv/run.stamp", "run", f"PORT={system.port}", "DEMO=0"]
    system.start(make)
    assert system.is_up, system.said
    assert "Demonstration" not in system.said
    make_first_account(system)
    system.process.kill()
    system.process.wait()
    assert system.left_after(20) == {}


# --- In the way -------------------------------------------------------------------------------------------------------


def test_a_port_in_use_is_said_plainly_before_anything_starts(folder):
    system = System(folder / "var")
    with socket.socket() as other:
        other.bind(("127.0.0.1", system.port))
        other.listen()
        system.start()
    assert system.stop() == 1
    assert system.said == f"Port {system.port} is in use by another program. Choose another: make run PORT=8080\n"
    assert not (folder / "var" / "pg").exists()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "70000"}, "PORT must be a number from 1 to 65535, not '70000'."),
        ({"PORT": "eight"}, "PORT must be a number from 1 to 65535, not 'eight'."),
        ({"HOST": "no such place"}, "HOST must be an address of this machine, not 'no such place'."),
        ({"HOST": "203.0.113.9"}, "HOST=203.0.113.9 opens this to other machines: set SITE_URL to the https://"),
        ({"DATABASE_URL": "junk"}, "DATABASE_URL must name a PostgreSQL database"),
        ({"DATABASE_URL": "postgres://me@127.0.0.1:1/none"}, "The database cannot be used: connection failed"),
    ],
)
def test_settings_that_make_no_sense_are_said_in_one_sentence(folder, environment, sentence):
    system = System(folder / "var", REDIS_URL=settings.REDIS_URL, **environment).start()
    assert system.stop() == 1
    assert sentence in system.said
    assert "Traceback" not in system.said


def test_a_second_one_in_the_same_folder_says_that_it_runs_already(world):
    with world.running():
        second = System(world.var).start()
        assert second.stop() == 1
        assert second.said == f"Already running at {world.origin} (process {world.process.pid}).\n"
        assert world.person().get("/en/")[0] == 200


# --- Wherever it lies, whoever starts it ------------------------------------------------------------------------------


def modes(path: Path) -> dict[str, int]:
    return {str(each): stat.S_IMODE(each.stat().st_mode) for each in [path, *path.parents]}


def test_a_very_long_path_with_spaces_in_a_closed_folder(folder):
    """As root, PostgreSQL's own user may enter neither the folder nor the environment there."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    root = copy_of_checkout(closed / ("a long name with spaces " * 5).strip() / "and another inside of it")
    assert len(str(root)) > 108
    system = System(root / "var", root=root, DEMO="0")
    before = modes(root)
    elsewhere = None
    try:
        with system.running():
            assert system.person().get("/en/")[0] == 200
            if IS_ROOT:
                told = re.search(r"The database is kept in (\S+), because", system.said)
                assert told, system.said
                elsewhere = Path(told[1]).parent
                assert (elsewhere / "pg" / "PG_VERSION").exists()
                assert stat.S_IMODE((elsewhere / "pg").stat().st_mode) == 0o700
        assert modes(root) == before, "no folder may be opened wider"
        with system.running():
            assert "one-time link" in system.said, "nobody made an account yet, so a link is offered again"
    finally:
        if elsewhere is not None:
            shutil.rmtree(elsewhere)


@as_root_only
def test_an_ordinary_user_in_a_path_with_spaces(folder):
    python = python_for_nobody(folder)
    place = folder / "home of nobody"
    library = {"LD_LIBRARY_PATH": str(Path(python).parent.parent / "lib")}
    root = copy_of_checkout(place / "check out", python=python, environment=library)
    (root / "var").mkdir()
    for path in [place, root, root / "var"]:
        os.chown(path, pwd.getpwnam("nobody").pw_uid, -1)
    system = System(root / "var", root=root, user="nobody", DEMO="0", HOME=str(place), **library)
    not_theirs = System(folder / "of root" / "var", root=root, user="nobody", **library)
    not_theirs.var.mkdir(parents=True)
    assert not_theirs.start().stop() == 1
    assert f"{not_theirs.var} belongs to root: start as root, or set HRPLATFORM_VAR" in not_theirs.said
    assert "Traceback" not in not_theirs.said
    with system.running():
        assert system.person().get("/en/")[0] == 200
        owners = {Path(f"/proc/{number}").stat().st_uid for number in system.processes()}
        assert owners == {pwd.getpwnam("nobody").pw_uid}


def python_for_nobody(folder: Path) -> str:
    """Our Python, or, when it lies where an ordinary user may not go, a copy of it."""
    ours = Path(sys.executable).resolve()
    if embedded.may_enter(ours, pwd.getpwnam("nobody")):
        return str(ours)
    copy = folder / "python"
    library = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
    not_needed = shutil.ignore_patterns("test", "site-packages", "idlelib", "config-*")
    shutil.copytree(Path(sys.base_prefix, library), copy / library, ignore=not_needed)
    (copy / "bin").mkdir()
    shutil.copy2(ours, copy / "bin")
    for shared in Path(sys.base_prefix, "lib").glob("libpython*.so*"):
        shutil.copy2(shared, copy / "lib")
    return str(copy / "bin" / ours.name)


# --- Empty, or with servers of one's own ------------------------------------------------------------------------------


def make_first_account(system: System) -> None:
    link = re.search(rf"{system.origin}(/\S+)", system.said.split("one-time link:")[1])
    assert link, system.said
    words = "a passphrase of mine"
    first = system.person()
    assert first.send(link[1], username="first", password1=words, password2=words) == (302, "/groups/found/")
    assert first.get("/groups/found/")[0] == 200
    assert Person(system.origin).get(link[1])[0] == 410


@pytest.fixture
def database() -> Iterator[str]:
    """The superuser's address of a database that does not exist yet, on the server of the test plugin."""
    name = f"up_{os.getpid()}_{time.monotonic_ns()}"
    yield urlunsplit(urlsplit(os.environ["DATABASE_ADMIN_URL"])._replace(path=f"/{name}"))
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], dbname="postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def test_with_servers_of_ones_own_nothing_embedded_starts(folder, database):
    """One superuser's address is enough: each connection takes on the role that it needs."""
    system = System(folder / "var", DEMO="0", DATABASE_URL=database, REDIS_URL=os.environ["REDIS_URL"])
    with system.running():
        assert "Starting the database" not in system.said
        assert "Starting the broker" not in system.said
        assert not {"pg", "valkey"} & {path.name for path in (folder / "var").iterdir()}
        assert not re.search("postgres -D|valkey-server", " ".join(system.processes().values()))
        with psycopg.connect(database) as admin:
            used = {role for (role,) in admin.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'hrplatform%'")}
            assert used == {"hrplatform_owner", "hrplatform_app", "hrplatform_backup"}
            owners = admin.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall()
            assert owners == [("hrplatform_owner",)]
        make_first_account(system)


def test_addresses_of_servers_may_stand_in_files(folder, database):
    """With a login for each role, as docs/deployment.md has it."""
    variables = {"REDIS_URL": os.environ["REDIS_URL"], "DATABASE_ADMIN_URL": database}
    for name, role in (("", "app"), ("_OWNER", "owner"), ("_BACKUP", "backup")):
        variables[f"DATABASE{name}_URL"] = address_of(role, database)
    files = {}
    for name, value in variables.items():
        (folder / name).write_text(value + "\n")
        files[f"{name}_FILE"] = str(folder / name)
    system = System(folder / "var", DEMO="0", **files)
    with system.running():
        assert "Starting the database" not in system.said
        assert "Starting the broker" not in system.said
        make_first_account(system)


def address_of(role: str, database: str) -> str:
    parts = urlsplit(database)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(f'hrplatform_{role}')}@{host}"))
