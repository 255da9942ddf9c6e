"""Child processes that never outlive their parent, and a lock that proves it.

No Django in this module: the test suite starts servers before settings are read.
"""

import contextlib
import ctypes
import fcntl
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

_STOP_SECONDS = 15
# A log that has grown past this is set aside once as `.1` when its process next starts.
_LOG_BYTES = 5_000_000


class CannotStart(Exception):
    """Said to the person at the keyboard as it is: one plain sentence."""


def signal_when_parent_dies(sign: int) -> None:
    """The kernel sends us this signal when the process that started us is gone, even by kill -9."""
    ctypes.CDLL(None, use_errno=True).prctl(1, sign)


def _dies_with(parent: int, sign: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)  # loaded here: a forked child should do as little as it can

    def in_child() -> None:
        # After any change of user, which would undo it.
        libc.prctl(1, sign)
        if os.getppid() != parent:
            os._exit(1)

    return in_child


def start(
    command: list[str], *, log: Path, sign: int, lock: "Lock | None", user: str | None = None, **more: object
) -> "subprocess.Popen[bytes]":
    """Start a child that gets `sign` when we die. In a session of its own, so that Ctrl-C reaches only us."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
    with log.open("ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(lock.file.fileno(),) if lock else (),
            preexec_fn=_dies_with(os.getpid(), sign),  # noqa: PLW1509 (it calls nothing that takes a lock)
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            **more,
        )


def stop(child: "subprocess.Popen[bytes]", sign: int = signal.SIGTERM, seconds: float = _STOP_SECONDS) -> None:
    """Ask, wait, insist; then end whatever the child itself had started and left behind."""
    if child.poll() is None:
        child.send_signal(sign)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    # The session we gave it is its own, so its process group holds nobody else's processes.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


class Lock:
    """Held by us *and inherited by every child*: whoever gets it knows that no process of the last run lives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self.file: IO[str] = path.open("a+")
        except PermissionError as error:
            raise CannotStart(not_ours(path.parent)) from error

    def take(self, *, seconds: float, waiting: Callable[[], None]) -> bool:
        """Wait for it. False when somebody holds on to it."""
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
        self.file.truncate(0)
        self.file.write(f"{os.getpid()} {address}")  # "a+" always writes at the end
        self.file.flush()

    def sign_off(self) -> None:
        """In good order: the next start need not wait for anything of ours."""
        self.file.truncate(0)

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


def not_ours(path: Path) -> str:
    """What to say when a folder belongs to another user, or would have to be made in one that does."""
    for folder in (path, *path.parents):
        with contextlib.suppress(OSError):
            number = folder.stat().st_uid
            try:
                owner = pwd.getpwuid(number).pw_name
            except KeyError:
                owner = f"user {number}"
            return f"{folder} belongs to {owner}: start as {owner}, or set HRPLATFORM_VAR to a folder of your own."
    return f"{path} cannot be entered: set HRPLATFORM_VAR to a folder of your own."
