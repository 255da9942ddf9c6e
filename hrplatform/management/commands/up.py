"""Everything from one command: servers, database, demonstration, web, worker, beat; and a clean end."""

import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from io import StringIO, TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connections
from django.db.migrations.executor import MigrationExecutor

from hrplatform import embedded, processes, roles, sealing
from hrplatform.processes import CannotStart

_WEB_READY_SECONDS = 60
# The last run's children get this long to finish, and its port to be free again.
_LAST_RUN_SECONDS = 20
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 (compared with, not bound to)
_HERE = ("127.0.0.1", "::1", *_ANYWHERE)


class Stop(BaseException):
    """Somebody asked us to stop. Not an Exception: no `except Exception` on the way may swallow it."""


@dataclass(frozen=True)
class Place:
    """Where it is served: the numeric host and port to bind, and the address that people type."""

    host: str
    port: int
    address: str


class Command(BaseCommand):
    help = "Start everything: the database and broker unless others are named, web server, worker and beat."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", default=os.environ.get("DEMO") == "0")
        parser.add_argument(
            "--with-parent", type=int, nargs="?", const=0, metavar="PID", help="stop when the parent ends"
        )
        parser.add_argument("--begin-again", action="store_true", help="first remove everything in the database")

    def handle(self, *args: Any, **options: Any) -> None:
        self.children: list[tuple[str, subprocess.Popen[bytes]]] = []
        self.services: list[embedded.Postgres | embedded.Valkey] = []
        self.begin_again: bool = options["begin_again"]
        self.lock: processes.Lock | None = None
        self.is_stopping = False
        for sign in _SIGNALS:
            # Under nohup a closed terminal is not a wish to stop.
            if sign != signal.SIGHUP or signal.getsignal(sign) is not signal.SIG_IGN:
                signal.signal(sign, self.on_signal)
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # progress is for whoever waits, through a pipe as well
        problem = ""
        try:
            if options["with_parent"] is not None:
                processes.signal_when_parent_dies(signal.SIGTERM)
                if options["with_parent"] and os.getppid() != options["with_parent"]:
                    raise Stop
            self.run(with_demonstration=not options["no_demo"])
        except Stop:
            self.say("\nStopping ...")
        except CannotStart as error:
            problem = str(error)
        except (psycopg.Error, Error) as error:
            problem = f"The database cannot be used: {str(error).strip().splitlines()[0]}"
        except PermissionError as error:
            problem = processes.not_ours(Path(error.filename or settings.VAR_DIR).parent)
        except OSError as error:
            problem = f"{error.strerror}: {error.filename}"
        finally:
            self.is_stopping = True
            self.stop_everything()
        if problem:
            self.stderr.write(problem)
            sys.exit(1)
        self.say("Stopped. Everything is kept.")

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.is_stopping:
            self.is_stopping = True
            raise Stop
        if number == signal.SIGINT:  # Ctrl-C again: in a hurry. The database still ends in good order.
            for _, child in self.children:
                child.kill()

    # --- In order -------------------------------------------------------------------------------------------------

    def run(self, *, with_demonstration: bool) -> None:
        place = self.place()
        self.take_lock(place)
        self.start_services()
        self.prepare_database()
        if not sealing.begin():
            self.say("  There is no master key: private pages stay closed until it is back (docs/safety.md).")
        self.prepare_files()
        call_command("load_catalogue", stdout=StringIO())
        call_command("load_topics", stdout=StringIO())
        how_to_enter = self.first_people(with_demonstration, place)
        for connection in connections.all():
            connection.close()
        connections["default"].close_pool()  # type: ignore[attr-defined]
        self.start_children(place)
        self.welcome(place, how_to_enter)
        self.watch()

    def place(self) -> Place:
        host, asked = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
        if not (asked.isascii() and asked.isdigit() and len(asked) < 6 and 0 < int(asked) < 65536):
            raise CannotStart(f"PORT must be a number from 1 to 65535, not {asked!r}.")
        try:
            number = str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
        except (OSError, UnicodeError) as error:
            raise CannotStart(f"HOST must be an address of this machine, not {host!r}.") from error
        address = os.environ.get("SITE_URL", "").rstrip("/")
        if not address:
            if number not in _HERE:
                raise CannotStart(
                    f"HOST={host} opens this to other machines: set SITE_URL to the https:// address they will use."
                )
            name = "127.0.0.1" if number in _ANYWHERE else f"[{number}]" if ":" in number else host
            address = f"http://{name}:{asked}"
        return Place(number, int(asked), address)

    def take_lock(self, place: Place) -> None:
        """Nobody else runs in this var folder, no child of an earlier run lives, and the port is free."""
        lock = processes.Lock(Path(settings.VAR_DIR) / "up.lock")
        wait = "Waiting for the last run to finish stopping ..."
        was_cut_short = lock.holder()[0] > 0
        if not lock.take(seconds=_LAST_RUN_SECONDS, waiting=lambda: self.say(wait)):
            number, where = lock.holder()
            if lock.holder_lives():
                raise CannotStart(f"Already running at {where} (process {number}).")
            raise CannotStart(f"Something of the last run still holds {lock.path}. Wait a little, then try again.")
        end = time.monotonic() + (_LAST_RUN_SECONDS if was_cut_short else 0)
        while (problem := self.why_not_free(place)) and time.monotonic() < end:
            time.sleep(0.1)
        if problem:
            lock.sign_off()
            raise CannotStart(problem)
        lock.sign(place.address)
        self.lock = lock

    @staticmethod
    def why_not_free(place: Place) -> str:
        with socket.socket(socket.AF_INET6 if ":" in place.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((place.host, place.port))
            except PermissionError:
                return f"Port {place.port} is for root only. Choose one from 1024 up: make run PORT=8080"
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    return f"{place.host} is not an address of this machine ({error.strerror})."
                return f"Port {place.port} is in use by another program. Choose another: make run PORT=8080"
        return ""

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
        else:
            try:
                cache.get("hello")
            except Exception:  # whatever its client raises
                self.say("  The broker at REDIS_URL does not answer: reminders and sign-in wait until it does.")

    def prepare_database(self) -> None:
        admin_url = settings.DATABASE_ADMIN_URL or embedded.database_url("postgres")
        with self.step("Preparing the database"):
            if self.begin_again:
                if not settings.EMBEDDED_DATABASE:
                    raise CannotStart("DATABASE_URL names a database of your own: empty it yourself to begin again.")
                roles.drop_database(admin_url)
            roles.prepare(admin_url, (settings.DATABASE_URL, settings.DATABASE_OWNER_URL, settings.DATABASE_BACKUP_URL))
            executor = MigrationExecutor(connections["owner"])
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", database="owner", verbosity=0, interactive=False)

    def prepare_files(self) -> None:
        """Languages and static files, when a source is newer than what was made of it."""
        with self.step("Preparing languages and files"):
            call_command("compile_languages", stdout=StringIO())
            # The manifest is what collecting writes last.
            manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
            sources = [
                *Path(settings.BASE_DIR, "static").rglob("*"),
                Path(settings.BASE_DIR, "requirements", "base.lock"),
            ]
            newest = max((path.stat().st_mtime for path in sources if path.exists()), default=0.0)
            if not manifest.exists() or manifest.stat().st_mtime < newest:
                call_command("collectstatic", interactive=False, verbosity=0)

    def first_people(self, with_demonstration: bool, place: Place) -> list[str]:
        """The demonstration, or a founding link, when nobody is here yet. Returns what to say about signing in."""
        from groups.demonstration import PASSPHRASE, SIGN_INS  # models exist only after setup
        from groups.models import Person

        if not Person.objects.exists():
            if not with_demonstration:
                path = StringIO()
                call_command("founding_link", stdout=path)
                return [
                    "Make the first account, and found the first group, with this one-time link:",
                    f"  {place.address}{path.getvalue().strip()}",
                ]
            self.say("Making the demonstration world:")
            call_command("seed_demonstration", stdout=self.stdout)
        if not Person.objects.filter(handle=SIGN_INS[0][0]).exists():
            return []
        return [
            f'Demonstration sign-ins, all with the passphrase "{PASSPHRASE}":',
            *(f"  {handle:<10} {who}" for handle, _, who in SIGN_INS),
        ]

    def start_children(self, place: Place) -> None:
        """The web server; and, once it answers, worker and beat, which would only make it slower to come up."""
        environment = {
            **os.environ,
            "HRPLATFORM_VAR": str(settings.VAR_DIR),
            "SITE_URL": place.address,
            "HRPLATFORM_RATE_KEY": os.environ.get("HRPLATFORM_RATE_KEY") or secrets.token_urlsafe(32),
            "PYTHONUNBUFFERED": "1",
        }
        celery = ["celery", "-A", "hrplatform"]
        with self.step("Starting the web server"):
            self.start_child(
                "web",
                [
                    *("granian", "--interface", "wsgi", "--host", place.host, "--port", str(place.port)),
                    *("--workers", str(min(2, os.cpu_count() or 1)), "--blocking-threads", "4"),
                    *("--backpressure", "64", "--no-ws", "--no-access-log", "--respawn-failed-workers"),
                    # A worker that is asked to stop while it still loads does not hear it, and would be waited for.
                    *("--workers-kill-timeout", "5"),
                    "hrplatform.wsgi:application",
                ],
                environment,
            )
            self.wait_for_web(place)
        worker = ["--concurrency", "2", "-O", "fair", "--loglevel", "warning", "--without-gossip", "--without-mingle"]
        self.start_child("worker", [*celery, "worker", *worker], environment)
        self.start_child("beat", [*celery, "beat", "--loglevel", "warning", "--pidfile="], environment)

    def start_child(self, name: str, module: list[str], environment: dict[str, str]) -> None:
        child = processes.start(
            [sys.executable, "-m", *module],
            log=self.log_of(name),
            sign=signal.SIGTERM,
            lock=self.lock,
            cwd=settings.BASE_DIR,
            env=environment,
        )
        self.children.append((name, child))

    def wait_for_web(self, place: Place) -> None:
        target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(place.host, place.host)  # noqa: S104
        end = time.monotonic() + _WEB_READY_SECONDS
        while time.monotonic() < end:
            self.check_children()
            line = HTTPConnection(target, place.port, timeout=5)
            try:
                line.request("GET", "/healthz", headers={"Host": urlsplit(place.address).netloc})
                if line.getresponse().status == 200:
                    return
            except OSError:
                pass
            finally:
                line.close()
            time.sleep(0.05)
        raise CannotStart(f"The web server did not answer. {self.last_words_of('web')}")

    def watch(self) -> None:
        while True:
            self.check_children()
            time.sleep(0.5)

    def check_children(self) -> None:
        if self.is_stopping:  # asked in a moment that could not be interrupted
            raise Stop
        running = [(type(service).__name__.lower(), service.child) for service in self.services]
        for name, child in [*running, *self.children]:
            if child is not None and child.poll() is not None:
                raise CannotStart(f"The {name} process has stopped. {self.last_words_of(name)}")

    def last_words_of(self, name: str) -> str:
        last = "\n".join(self.log_of(name).read_text(errors="replace").splitlines()[-12:])
        return f"The last it said ({self.log_of(name)}):\n{last}"

    @staticmethod
    def log_of(name: str) -> Path:
        return Path(settings.VAR_DIR) / "log" / f"{name}.log"

    def stop_everything(self) -> None:
        # Beat first, so that nothing new is asked for; the database last, so that everyone can finish.
        for _, child in reversed(self.children):
            if child.poll() is None:
                child.terminate()
        for _, child in reversed(self.children):
            processes.stop(child)
        for service in reversed(self.services):
            service.stop()
        if self.lock is not None:
            embedded.remove_run_folder()
            self.lock.sign_off()

    # --- What it says ---------------------------------------------------------------------------------------------

    def welcome(self, place: Place, how_to_enter: list[str]) -> None:
        self.say(f"\nReady in {_seconds_since_we_began():.1f} s:  {self.style.SUCCESS(place.address)}")
        if not settings.EMAIL_URL:
            self.say(f"Letters land in {settings.EMAIL_FOLDER}")
        if how_to_enter:
            self.say("\n" + "\n".join(how_to_enter))
        self.say("\nStop with Ctrl-C.")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        self.say(f"{name} ...", ending="")
        try:
            yield
        except BaseException:
            self.say("")  # what went wrong gets a line of its own
            raise
        self.say(f" {time.monotonic() - began:.1f} s")

    def say(self, text: str, ending: str = "\n") -> None:
        with suppress(OSError):  # a terminal that was closed is no reason to leave children behind
            self.stdout.write(text, ending=ending)
            self.stdout.flush()


def _seconds_since_we_began() -> float:
    """By the kernel's clock, so that loading Django counts as well."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
