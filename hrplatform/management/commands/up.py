"""Everything from one command: servers, database, demonstration, web, worker, beat; and a clean end."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from hrplatform import embedded, roles, sealing

_WEB_READY_SECONDS = 60
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(Exception):
    """Somebody asked us to stop."""


class Command(BaseCommand):
    help = "Start everything: the database and broker unless others are named, web server, worker and beat."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", default=os.environ.get("DEMO") == "0")
        parser.add_argument(
            "--with-parent", action="store_true", help="stop when the process that started this one ends"
        )

        parser.add_argument(
            "--begin-again", action="store_true", help="first remove everything in the embedded database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.children: list[tuple[str, subprocess.Popen[bytes]]] = []
        self.services: list[embedded.Postgres | embedded.Valkey] = []
        self.is_stopping = False
        if options["with_parent"]:
            ctypes.CDLL(None).prctl(1, signal.SIGTERM)
        self.begin_again = options["begin_again"]
        for sign in _SIGNALS:
            signal.signal(sign, self.on_signal)
        code = 0
        try:
            self.run(with_demonstration=not options["no_demo"])
        except Stop:
            self.say("\nStopping ...")
        except embedded.CannotStart as problem:
            self.stderr.write(str(problem))
            code = 1
        finally:
            self.is_stopping = True
            self.stop_everything()
        if code == 0:
            self.say("Stopped. Everything is kept.")
        sys.exit(code)

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.is_stopping:
            for _, child in self.children:
                child.kill()
            return
        self.is_stopping = True
        raise Stop

    # --- In order -------------------------------------------------------------------------------------------------

    def run(self, *, with_demonstration: bool) -> None:
        began = time.monotonic()
        host = os.environ.get("HOST", "127.0.0.1")
        port = self.free_port(host)
        address = os.environ.get("SITE_URL") or f"http://{host}:{port}"
        self.lock = embedded.Lock()
        if not self.lock.take(seconds=20, waiting=lambda: self.say("Waiting for the last run to finish stopping ...")):
            number, where = self.lock.holder()
            raise embedded.CannotStart(f"Already running at {where} (process {number}).")
        self.lock.sign(address)
        self.start_services()
        self.prepare_database()
        if not sealing.begin():
            self.say("  There is no master key: private pages stay closed until it is back (docs/safety.md).")
        self.prepare_files()
        call_command("load_catalogue", stdout=StringIO())
        call_command("load_topics", stdout=StringIO())
        invitation = self.first_people(with_demonstration)
        for connection in connections.all():
            connection.close()
        connections["default"].close_pool()  # type: ignore[attr-defined]
        self.start_children(host, port, address)
        self.wait_for_web(host, port, urlsplit(address).hostname or host)
        self.welcome(address, invitation, time.monotonic() - began)
        self.watch()

    def free_port(self, host: str) -> int:
        asked = os.environ.get("PORT", "8000")
        if not asked.isdigit() or not 0 < int(asked) < 65536:
            raise embedded.CannotStart(f"PORT must be a number from 1 to 65535, not {asked!r}.")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, int(asked)))
            except OSError as error:
                lock = embedded.Lock()
                number, where = lock.holder()
                if lock.holder_lives():
                    raise embedded.CannotStart(f"Already running at {where} (process {number}).") from error
                raise embedded.CannotStart(
                    f"Port {asked} is in use by another program. Choose another: make run PORT=8080"
                ) from error
        return int(asked)

    def start_services(self) -> None:
        if settings.EMBEDDED_DATABASE:
            with self.step("Starting the database"):
                postgres = embedded.Postgres(lock=self.lock)
                self.services.append(postgres)
                postgres.start()
            if postgres.is_elsewhere:
                self.say(
                    f"  The database is kept in {postgres.data}, because its user may not enter {settings.VAR_DIR}."
                )
        if settings.EMBEDDED_BROKER:
            with self.step("Starting the broker"):
                valkey = embedded.Valkey(lock=self.lock)
                self.services.append(valkey)
                valkey.start()

    def prepare_database(self) -> None:
        admin_url = settings.DATABASE_ADMIN_URL or embedded.database_url("postgres")
        with self.step("Preparing the database"):
            if self.begin_again and settings.EMBEDDED_DATABASE:
                roles.drop_database(admin_url)
            roles.prepare(admin_url, (settings.DATABASE_URL, settings.DATABASE_OWNER_URL, settings.DATABASE_BACKUP_URL))
            executor = MigrationExecutor(connections["owner"])
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", database="owner", verbosity=0, interactive=False)

    def prepare_files(self) -> None:
        """Languages and static files, when a source is newer than what was made of it."""
        with self.step("Preparing languages and files"):
            call_command("compile_languages", stdout=StringIO())
            stamp = Path(settings.VAR_DIR) / "static.stamp"
            sources = [
                *Path(settings.BASE_DIR, "static").rglob("*"),
                Path(settings.BASE_DIR, "requirements", "base.lock"),
            ]
            newest = max((path.stat().st_mtime for path in sources if path.exists()), default=0.0)
            if not stamp.exists() or stamp.stat().st_mtime < newest:
                call_command("collectstatic", interactive=False, verbosity=0)
                stamp.touch()

    def first_people(self, with_demonstration: bool) -> str:
        """The demonstration, or the path of the founding link, when there is nobody here yet."""
        from groups.models import Person  # models exist only after setup

        if Person.objects.exists():
            return ""
        if with_demonstration:
            self.say("Making the demonstration world:")
            call_command("seed_demonstration", stdout=self.stdout)
            return ""
        path = StringIO()
        call_command("founding_link", stdout=path)
        return path.getvalue().strip()

    def start_children(self, host: str, port: int, address: str) -> None:
        environment = {
            **os.environ,
            "SITE_URL": address,
            "HRPLATFORM_RATE_KEY": os.environ.get("HRPLATFORM_RATE_KEY") or secrets.token_urlsafe(32),
            "PYTHONUNBUFFERED": "1",
        }
        python = [sys.executable, "-m"]
        workers = min(2, os.cpu_count() or 1)
        commands = {
            "web": [
                *(*python, "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
                *("--workers", str(workers), "--blocking-threads", "4", "--backpressure", "64", "--no-ws"),
                *("--no-access-log", "--respawn-failed-workers", "hrplatform.wsgi:application"),
            ],
            "worker": [
                *(*python, "celery", "-A", "hrplatform", "worker", "--concurrency", "2", "-O", "fair"),
                *("--loglevel", "warning", "--without-gossip", "--without-mingle"),
            ],
            "beat": [*python, "celery", "-A", "hrplatform", "beat", "--loglevel", "warning", "--pidfile="],
        }
        for name, command in commands.items():
            child = embedded.start(
                command,
                log=Path(settings.VAR_DIR) / "log" / f"{name}.log",
                sign=signal.SIGTERM,
                lock=self.lock,
                cwd=settings.BASE_DIR,
                env=environment,
            )
            self.children.append((name, child))

    def wait_for_web(self, host: str, port: int, name: str) -> None:
        with self.step("Starting the web server, worker and beat"):
            end = time.monotonic() + _WEB_READY_SECONDS
            while time.monotonic() < end:
                self.check_children()
                line = HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=2)  # noqa: S104
                try:
                    line.request("GET", "/healthz", headers={"Host": name})
                    line.getresponse()
                except OSError:
                    time.sleep(0.05)
                else:
                    return
                finally:
                    line.close()
            raise embedded.CannotStart(f"The web server did not answer: see {settings.VAR_DIR / 'log' / 'web.log'}.")

    def watch(self) -> None:
        while True:
            self.check_children()
            time.sleep(0.5)

    def check_children(self) -> None:
        for service in self.services:
            if service.child is not None and service.child.poll() is not None:
                raise embedded.CannotStart(f"{type(service).__name__} has stopped: see {settings.VAR_DIR / 'log'}.")
        for name, child in self.children:
            if child.poll() is not None:
                log = Path(settings.VAR_DIR) / "log" / f"{name}.log"
                last = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
                raise embedded.CannotStart(f"The {name} process has stopped. The last it said ({log}):\n{last}")

    def stop_everything(self) -> None:
        # Beat first, so that nothing new is asked for; the database last, so that everyone can finish.
        for _, child in reversed(self.children):
            if child.poll() is None:
                child.terminate()
        for _, child in reversed(self.children):
            embedded.stop(child)
        for service in reversed(self.services):
            service.stop()

    # --- What it says ---------------------------------------------------------------------------------------------

    def welcome(self, address: str, invitation: str, seconds: float) -> None:
        from groups.demonstration import PASSPHRASE, SIGN_INS
        from groups.models import Person

        self.say(f"\nReady in {seconds:.1f} s:  {self.style.SUCCESS(address)}")
        if not settings.EMAIL_URL:
            self.say(f"Letters land in {settings.EMAIL_FOLDER}")
        if invitation:
            self.say(
                f"\nMake the first account and found the first group with this one-time link:\n  {address}{invitation}"
            )
        elif Person.objects.filter(handle=SIGN_INS[0][0]).exists():
            self.say(f'\nDemonstration sign-ins, all with the passphrase "{PASSPHRASE}":')
            for handle, _, who in SIGN_INS:
                self.say(f"  {handle:<10} {who}")
        connections["default"].close()
        self.say("\nStop with Ctrl-C.")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        self.stdout.write(f"{name} ...", ending="")
        self.stdout.flush()
        yield
        self.say(f" {time.monotonic() - began:.1f} s")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
