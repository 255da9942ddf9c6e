"""The servers out of wheels: where their data lies, who may reach them, and what they refuse to touch."""

import os
import pwd
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hrplatform import embedded
from hrplatform.processes import CannotStart, Lock
from tests.running_system import ROOT

as_root_only = pytest.mark.skipif(os.getuid() != 0, reason="only root starts PostgreSQL as another user")
NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A var folder of its own, which everyone may enter."""
    with tempfile.TemporaryDirectory(prefix="hrembedded-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        monkeypatch.setenv("HRPLATFORM_VAR", str(folder / "var"))
        yield folder / "var"
        embedded.remove_run_folder()


def test_sockets_have_a_short_path_however_long_the_var_folder_is(monkeypatch):
    monkeypatch.setenv("HRPLATFORM_VAR", "/srv/" + "a very long folder/" * 50 + "var")
    assert len(f"{embedded.run_folder()}/.s.PGSQL.5432") < 100
    assert embedded.var_folder().is_absolute()


def test_each_var_folder_has_its_own_sockets(monkeypatch):
    monkeypatch.setenv("HRPLATFORM_VAR", "/srv/one")
    one = embedded.run_folder()
    monkeypatch.setenv("HRPLATFORM_VAR", "/srv/other")
    assert embedded.run_folder() != one


def test_a_run_folder_that_somebody_else_made_is_refused(var):
    if os.getuid() == 0:
        embedded.run_folder().mkdir()
        os.chown(embedded.run_folder(), 12345, 12345)
        with pytest.raises(CannotStart, match="belongs to somebody else"):
            embedded.make_run_folder()
        embedded.run_folder().rmdir()
    embedded.run_folder().symlink_to(var.parent)
    with pytest.raises(CannotStart, match="belongs to somebody else"):
        embedded.make_run_folder()
    embedded.run_folder().unlink()


def test_a_run_folder_of_ours_is_closed_to_others(var):
    embedded.run_folder().mkdir(mode=0o777)
    embedded.run_folder().chmod(0o777)
    assert stat.S_IMODE(embedded.make_run_folder().stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("mode", "owner", "group", "expected"),
    [
        (0o711, 0, 0, True),
        (0o700, 0, 0, False),
        (0o700, NOBODY.pw_uid, 0, True),
        (0o710, 0, NOBODY.pw_gid, True),
        (0o701, 0, NOBODY.pw_gid, False),
        (0o011, NOBODY.pw_uid, 0, False),
    ],
)
@as_root_only
def test_who_may_enter_is_read_from_modes_as_the_kernel_does(var, mode, owner, group, expected):
    folder = var.parent / "way"
    folder.mkdir()
    os.chown(folder, owner, group)
    folder.chmod(mode)
    (folder / "file").write_text("")
    assert embedded.may_enter(folder / "file", NOBODY) is expected
    looked = subprocess.run(
        ["/bin/sh", "-c", 'cd / && test -e "$1"', "sh", folder / "file"],
        user="nobody",
        group=NOBODY.pw_gid,
        extra_groups=[],
        check=False,
    )
    assert (looked.returncode == 0) is expected


def test_the_database_listens_on_no_port_and_knows_only_us(var, monkeypatch):
    monkeypatch.setenv("PGPORT", "6000")
    server = embedded.Postgres(fast=True)
    server.start()
    try:
        address = embedded.database_url("postgres").replace("/hrplatform", "/postgres")
        with psycopg.connect(address) as admin:
            settings = dict(admin.execute("SELECT name, setting FROM pg_settings").fetchall())
        assert settings["listen_addresses"] == ""
        assert (settings["log_statement"], settings["log_min_error_statement"]) == ("none", "panic")
        assert (settings["log_error_verbosity"], settings["log_parameter_max_length_on_error"]) == ("terse", "0")
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            psycopg.connect(address.replace("postgres@", "somebody@"))
        if os.getuid() == 0:
            reached = subprocess.run(
                [server.binaries / "psql", "-h", embedded.run_folder(), "-U", "postgres", "-c", "SELECT 1"],
                user="daemon",
                group=1,
                extra_groups=[],
                capture_output=True,
                check=False,
                cwd="/",
            )
            assert reached.returncode != 0, "another user of this machine came in"
    finally:
        server.stop()


@as_root_only
def test_data_that_was_made_elsewhere_is_still_found_when_the_folder_opens(var):
    var.parent.chmod(0o700)
    server = embedded.Postgres(fast=True)
    assert server.is_elsewhere
    assert server.home.is_relative_to("/var/lib")
    try:
        (server.home / "pg").mkdir()
        (server.home / "pg" / "PG_VERSION").write_text("18\n")
        var.parent.chmod(0o755)
        assert embedded.Postgres(fast=True).data == server.data
    finally:
        (server.home / "pg" / "PG_VERSION").unlink()
        (server.home / "pg").rmdir()
        server.home.rmdir()


@as_root_only
def test_data_that_can_no_longer_be_entered_is_not_replaced_by_an_empty_database(var):
    (var / "pg").mkdir(parents=True)
    (var / "pg" / "PG_VERSION").write_text("18\n")
    var.parent.chmod(0o700)
    with pytest.raises(CannotStart, match="can no longer enter"):
        embedded.Postgres()


@as_root_only
def test_data_of_another_user_is_refused_with_a_sentence(var):
    (var / "pg").mkdir(parents=True)
    (var / "pg" / "PG_VERSION").write_text("18\n")
    os.chown(var / "pg", 1, 1)
    with pytest.raises(CannotStart, match=r"pg belongs to daemon: start as daemon"):
        embedded.Postgres().start()


def test_only_one_takes_the_lock_and_a_child_keeps_it(var):
    lock, other = Lock(var / "up.lock"), Lock(var / "up.lock")
    assert lock.take(seconds=0, waiting=lambda: None)
    lock.sign("http://127.0.0.1:8000")
    assert other.holder() == (os.getpid(), "http://127.0.0.1:8000")
    assert not other.take(seconds=0, waiting=lambda: None)
    child = subprocess.Popen(["sleep", "60"], pass_fds=[lock.file.fileno()])
    lock.file.close()
    said: list[str] = []
    assert not other.take(seconds=0.3, waiting=lambda: said.append("waiting"))
    assert said == ["waiting"], "a lock without a living `up` is waited for"
    child.kill()
    child.wait()
    assert other.take(seconds=5, waiting=lambda: None)


def test_the_servers_need_no_django():
    """They start before settings are read, so nothing on their way may import them."""
    code = "import hrplatform.processes, hrplatform.embedded, sys; print('django.db' in sys.modules)"
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "False"
