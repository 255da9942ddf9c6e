"""A whole system started as a person starts it, and what is left of it afterwards."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_PRODUCT = (".venv", "var", ".git", "*cache*", "__pycache__", "results.json", ".hypothesis")
START_SECONDS = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class System:
    """`manage.py up` in its own var folder. Nothing of the servers that the other tests use reaches it."""

    def __init__(self, var: Path, *, root: Path = ROOT, user: str | None = None, **environment: str) -> None:
        self.var, self.root, self.user = var, root, user
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = {**kept, "HRPLATFORM_VAR": str(var), "PORT": str(self.port), **environment}
        self.said = ""
        self.process: subprocess.Popen[str] | None = None

    @property
    def python(self) -> str:
        return sys.executable if self.root == ROOT else ".venv/bin/python"

    def begin(self, command: list[str] | None = None) -> "subprocess.Popen[str]":
        """Start it, and do not wait."""
        as_user: dict[str, object] = {}
        if self.user:
            as_user = {"user": self.user, "group": "nogroup", "extra_groups": []}
        self.process = subprocess.Popen(  # type: ignore[call-overload]
            command or [self.python, "manage.py", "up"],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # As from a terminal, even when the suite itself runs under nohup: `up` respects an ignored SIGHUP.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509 (no threads here)
            **as_user,
        )
        return self.process

    def start(self, command: list[str] | None = None) -> "System":
        """Start it and read what it says until it is ready, or has ended."""
        process = self.begin(command)
        assert process.stdout is not None
        self.said, end = "", time.monotonic() + START_SECONDS
        for line in process.stdout:
            self.said += line
            if "Stop with Ctrl-C" in line:
                return self
            assert time.monotonic() < end, self.said
        process.wait(10)
        return self

    def stop(self, sign: int = signal.SIGINT) -> int:
        """Its exit code."""
        process = self.process
        assert process is not None
        if process.poll() is None:
            process.send_signal(sign)
        return self.wait()

    def wait(self, seconds: float = 40) -> int:
        assert self.process is not None
        try:
            rest, _ = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill_everything()
            pytest.fail(f"It did not stop within {seconds} seconds. It had said:\n{self.said}")
        self.said += rest or ""
        return self.process.returncode

    @contextmanager
    def running(self) -> Iterator["System"]:
        self.start()
        try:
            assert self.is_up, self.said
            yield self
        except BaseException:
            self.kill_everything()
            raise
        assert self.stop() == 0, self.said
        assert self.processes() == {}, "something is left"

    @property
    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None and "Stop with Ctrl-C" in self.said

    def processes(self) -> dict[int, str]:
        """Every living process that belongs to it: started with its var folder, or with its lock or logs open."""
        found = {}
        mark, lock = f"HRPLATFORM_VAR={self.var}".encode(), str(self.var / "up.lock")
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = folder.joinpath("cmdline").read_bytes()
                is_ours = mark in folder.joinpath("environ").read_bytes().split(b"\0") or any(
                    str(handle.readlink()) == lock for handle in folder.joinpath("fd").iterdir()
                )
            except OSError:
                continue
            if command and is_ours:  # a process without a command line has ended and waits for its parent
                found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found

    def left_after(self, seconds: float) -> dict[int, str]:
        """What is still there when this time is over; returns at once when nothing is."""
        end = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < end:
            time.sleep(0.05)
        return left

    def kill_everything(self) -> None:
        """As when the power goes."""
        kill(self.processes())
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def logged(self, name: str) -> str:
        return (self.var / "log" / f"{name}.log").read_text(errors="replace")

    def person(self) -> "Person":
        return Person(self.origin)


def kill(processes: Iterable[int], sign: int = signal.SIGKILL) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, sign)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


class Person:
    """Somebody with a browser that has no script: pages, forms and a cookie jar."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _Stay())

    def get(self, path: str) -> tuple[int, str]:
        return self._open(Request(self.origin + path))[:2]

    def send(self, path: str, **typed: str) -> tuple[int, str]:
        """Fill in the form of a page and send it. Returns the status, and where it leads or what it says."""
        _, page = self.get(path)
        form = max(re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.DOTALL), key=len)
        hidden = {}
        for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form):
            facts = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            hidden[facts["name"]] = facts.get("value", "")
        body = urlencode({**hidden, **typed}).encode()
        status, text, leads_to = self._open(Request(self.origin + path, body, {"Origin": self.origin}))
        return status, leads_to or text

    def _open(self, request: Request) -> tuple[int, str, str]:
        try:
            answer = self.opener.open(request, timeout=30)
        except HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.read().decode(), answer.headers.get("Location", "")


def copy_of_checkout(to: Path, *, python: str | None = None, environment: dict[str, str] | None = None) -> Path:
    """The product in another place. Its environment is a link to ours, or one of its own around another Python."""
    shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(*NOT_PRODUCT))
    if python is None:
        (to / ".venv").symlink_to(ROOT / ".venv")
        return to
    subprocess.run(
        [python, "-m", "venv", "--without-pip", to / ".venv"], check=True, capture_output=True, env=environment
    )
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    for folder in (to / ".venv").glob("lib/python3*/site-packages"):
        (folder / "ours.pth").write_text(packages + "\n")
    return to
