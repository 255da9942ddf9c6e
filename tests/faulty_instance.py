"""One instance of its own, every part of which can be taken away and put back: database, broker, master key."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from hrplatform import embedded, processes
from tests.conftest import PASSPHRASE
from tests.running_system import ROOT, free_port

MAKE = """
import django
django.setup()
from datetime import date
from django.core.management import call_command
from hrplatform import embedded, isolation, roles, sealing
roles.prepare(embedded.database_url("postgres"))
call_command("migrate", database="owner", verbosity=0)
sealing.begin()
call_command("collectstatic", interactive=False, verbosity=0)
call_command("load_catalogue", verbosity=0)
from groups import actions
from groups.actions.memberships import add_member
from groups.models import Group, Membership, Person, Power
from resources.actions import Text, publish_guide, write_topic
ana, caro = (Person.objects.create_user(handle=handle, password=PASSPHRASE) for handle in ("ana", "caro"))
with isolation.context(person=ana.pk):
    union = actions.found_group(by=ana, kind="organization", name="Night Union")
    by = Membership.objects.get(group=union, person=ana)
    worker = add_member(by=by, person=caro, standing="peer")
    actions.set_powers(by=by, member=worker, powers=[Power.LOG_OUTREACH])
    publish_guide(by=None, group=union, slug="a-guide", topic=write_topic(slug="overdose", position=1,
        names={"en": "Overdose"}), original_language="en", texts={"en": Text("What helps", "Soon.", "Call [@who].")},
        sources=[{"key": "who", "title": "A source", "publisher": "WHO", "year": 2014, "url": ""}],
        last_checked_on=date(2026, 9, 14))
print(union.slug)
"""


@dataclass
class Answer:
    status: int
    headers: HTTPMessage
    text: str

    @property
    def form(self) -> dict[str, str]:
        """The hidden fields of the largest form on the page: what "Try again" would send."""
        form = max(re.findall(r"<form[^>]*method=\"post\".*?</form>", self.text, re.DOTALL), key=len)
        fields = re.findall(r'<input type="hidden" name="([^"]*)"(?: id="[^"]*")? value="([^"]*)"', form)
        return {name: unescape(value) for name, value in fields}


@dataclass
class Browser:
    """Keeps cookies, follows nothing, sends forms as a browser without script does."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, place: str) -> Answer:
        return self._ask("GET", place, None)

    def post(self, place: str, typed: dict[str, str]) -> Answer:
        return self._ask("POST", place, urlencode(typed))

    def fill_in(self, place: str, **typed: str) -> Answer:
        """Open a page, fill in its form, send it."""
        return self.post(place, {**self.get(place).form, **typed})

    def sign_in(self, handle: str) -> "Browser":
        assert self.fill_in("/sign-in/", login=handle, password=PASSPHRASE).status == 302
        return self

    def _ask(self, method: str, place: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.port}",
            }
        line = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(method, place, body, {name: value for name, value in headers.items() if value})
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self.cookies[name] = value.strip('"')
            if not self.cookies[name]:
                del self.cookies[name]
        return Answer(answer.status, answer.headers, text)


class Instance:
    """One instance of its own, every part of which can be taken away."""

    def __init__(self) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="hrfaults-"))
        # PostgreSQL, as another user, must get through; its own folder is closed.
        self.var.chmod(0o755)
        self.port = free_port()
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = {
            **kept,
            "HRPLATFORM_VAR": str(self.var),
            "DJANGO_SETTINGS_MODULE": "hrplatform.settings",
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "EXIT_URL": "https://www.example.org/",
            "HRPLATFORM_RATE_KEY": "the same in all processes",
            "PYTHONUNBUFFERED": "1",
        }
        self.children: list[subprocess.Popen[bytes]] = []
        with self.here():
            self.database, self.broker = embedded.Postgres(fast=True), embedded.Valkey()

    def begin(self) -> None:
        with self.here():
            self.database.start()
            self.broker.start()
        made = subprocess.run(
            [sys.executable, "-c", MAKE.replace("PASSPHRASE", repr(PASSPHRASE))],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        self.slug = made.stdout.split()[-1]
        # One worker, so that what one request kept is what the next one finds.
        self.start(
            "web",
            *("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"),
            *("--blocking-threads", "4", "--no-ws", "--no-access-log", "hrplatform.wsgi:application"),
        )
        self.start("worker", *("celery", "-A", "hrplatform", "worker", "--concurrency", "1", "--loglevel", "warning"))
        self.start("beat", *("celery", "-A", "hrplatform", "beat", "--loglevel", "warning", "--pidfile="))
        self.wait_until(lambda: self.is_up, seconds=60)

    @contextmanager
    def here(self) -> Iterator[None]:
        """The embedded servers find their folders by this variable."""
        before = os.environ.get("HRPLATFORM_VAR")
        os.environ["HRPLATFORM_VAR"] = str(self.var)
        try:
            yield
        finally:
            del os.environ["HRPLATFORM_VAR"]
            if before is not None:
                os.environ["HRPLATFORM_VAR"] = before

    def start(self, name: str, *command: str) -> None:
        log = self.var / "log" / f"{name}.log"
        child = processes.start(
            [sys.executable, "-m", *command],
            log=log,
            sign=signal.SIGTERM,
            lock=None,
            cwd=ROOT,
            env=self.environment,
        )
        self.children.append(child)

    @property
    def is_up(self) -> bool:
        try:
            return self.visitor().get("/healthz").status == 200
        except OSError:
            return False

    def wait_until(self, is_so: Callable[[], bool], seconds: float) -> float:
        """Returns how long it took."""
        began = time.monotonic()
        while not is_so():
            logs = "\n".join(log.read_text()[-800:] for log in (self.var / "log").glob("*.log"))
            assert time.monotonic() - began < seconds, logs
            time.sleep(0.1)
        return time.monotonic() - began

    def visitor(self) -> Browser:
        return Browser(self.port)

    def count(self, table: str) -> int:
        with self.here():
            url = embedded.database_url("postgres")
        with psycopg.connect(url) as admin:
            row = admin.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        return int(row[0])

    @contextmanager
    def without_database(self, sign: int = signal.SIGINT) -> Iterator[None]:
        assert self.database.child is not None
        processes.stop(self.database.child, sign)
        try:
            yield
        finally:
            with self.here():
                self.database.start()

    @contextmanager
    def without_broker(self) -> Iterator[None]:
        self.broker.stop()
        try:
            yield
        finally:
            with self.here():
                self.broker.start()

    @contextmanager
    def without_master_key(self) -> Iterator[None]:
        key = self.var / "master_key"
        elsewhere = key.rename(self.var / "taken away")
        try:
            yield
        finally:
            elsewhere.rename(key)

    def stop(self) -> None:
        for child in reversed(self.children):
            processes.stop(child)
        with self.here():
            self.broker.stop()
            self.database.stop()
            shutil.rmtree(embedded.run_folder(), ignore_errors=True)
        shutil.rmtree(self.var, ignore_errors=True)
