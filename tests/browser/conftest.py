"""A real browser against the whole running system: web server, worker, beat, database, broker, as `make run` has it.

Nothing here touches the database of the other tests. Where no Chromium is installed these tests are left out, and the
summary says so; with REQUIRE_BROWSER=1 that is a failure.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import crawl

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_NO_CHROMIUM = "no Chromium is installed"
_READY = "Stop with Ctrl-C."


# --- With or without a browser ----------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if _CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"{_NO_CHROMIUM}, and REQUIRE_BROWSER=1 asks for it", pytrace=False)
        pytest.skip(_NO_CHROMIUM)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out = [
        report.nodeid
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple) and _NO_CHROMIUM in report.longrepr[2]
    ]
    if left_out:
        terminalreporter.section("left out: browser tests")
        terminalreporter.line(f"{len(left_out)} tests in tests/browser/ were left out: {_NO_CHROMIUM} here.")
        terminalreporter.line("To run them too: apt-get install chromium, then make test.")
        for name in left_out:
            terminalreporter.line(f"  {name}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": _CHROMIUM, "args": CHROMIUM_FLAGS}


# --- The running system -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RunningSystem:
    """`origin`: its address without a slash at the end. `said`: everything it printed."""

    origin: str
    var: Path

    @property
    def said(self) -> str:
        return (self.var / "said").read_text(errors="replace")

    @property
    def exit_url(self) -> str:
        return f"{self.origin}/en/about/"

    @property
    def letters(self) -> list[str]:
        return [letter.read_text() for letter in sorted((self.var / "mail").glob("*.eml"))]

    def logged(self, name: str) -> str:
        return (self.var / "log" / f"{name}.log").read_text(errors="replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_system(**settings: str) -> Iterator[RunningSystem]:
    """`manage.py up` in a folder of its own, until the caller is done with it."""
    port = _free_port()
    var = Path(tempfile.mkdtemp(prefix="hrbrowser-"))
    var.chmod(0o755)  # As root the database runs as a user of its own, who must be able to come in here.
    system = RunningSystem(f"http://127.0.0.1:{port}", var)
    # Nothing of the servers that the other tests use may reach it.
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment = {**kept, "HRPLATFORM_VAR": str(var), "PORT": str(port), "EXIT_URL": system.exit_url, **settings}
    with (var / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--with-parent"],
            cwd=ROOT,
            env=environment,
            stdout=said,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + 120
        while _READY not in system.said:
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"The system did not start:\n{system.said}", pytrace=False)
            time.sleep(0.1)
        yield system
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(var, ignore_errors=True)


@pytest.fixture(scope="session")
def system() -> Iterator[RunningSystem]:
    """The demonstration world. Tests share it, so each looks for its own traces only."""
    yield from start_system()


@pytest.fixture(scope="module")
def empty_system() -> Iterator[RunningSystem]:
    """As after `make run DEMO=0`: nobody there yet."""
    yield from start_system(DEMO="0")


# --- People with browsers ---------------------------------------------------------------------------------------------


@pytest.fixture
def open_browser(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A new browser profile with one page, closed at the end: `open_browser(**PHONE, java_script_enabled=False)`."""
    contexts: list[BrowserContext] = []

    def opened(**facts: Any) -> Page:
        contexts.append(browser.new_context(**{"locale": "en-GB", **facts}))
        contexts[-1].set_default_timeout(10_000)
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def _sessions(browser: Browser, system: RunningSystem) -> Callable[[str], Any]:
    """The cookies of somebody who signed in once: typing a passphrase takes a second, on purpose."""
    known: dict[str, Any] = {}

    def session_of(handle: str) -> Any:
        if handle not in known:
            with browser.new_context() as context:
                crawl.sign_in(context.new_page(), system.origin, handle)
                known[handle] = context.storage_state()
        return known[handle]

    return session_of


@pytest.fixture
def signed_in(
    open_browser: Callable[..., Page], system: RunningSystem, _sessions: Callable[[str], Any]
) -> Callable[..., Page]:
    """`signed_in("caro", **PHONE)`: a page on the home screen. Who leaves in the test should sign in by themselves."""

    def opened(handle: str, **facts: Any) -> Page:
        page = open_browser(storage_state=_sessions(handle), **facts)
        page.goto(f"{system.origin}/tonight/")
        return page

    return opened
