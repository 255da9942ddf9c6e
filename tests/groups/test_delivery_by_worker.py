"""Beat and worker as they really run, on a broker of their own: whatever dies, everyone is told, once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from groups import actions
from groups.actions.memberships import add_member
from groups.models import Membership, Person, Reminder
from hrplatform import embedded, isolation, processes
from tests.mail_server import MailServer
from tests.running_system import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
GROUPS, MEMBERS = 3, 10
LETTERS, REMINDERS = GROUPS * MEMBERS, GROUPS * MEMBERS * 2


class Delivery:
    """The processes that deliver, as `manage.py up` starts them, and a view from outside on what they did."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.children: list[subprocess.Popen[bytes]] = []
        # A broker that may be stopped: other tests need theirs.
        monkeypatch.setenv("HRPLATFORM_VAR", str(folder / "broker"))
        self.broker = embedded.Valkey()
        self.broker.start()
        name = connections["default"].settings_dict["NAME"]
        self.environment = {
            **os.environ,
            "REDIS_URL": embedded.cache_url().replace("db=1", "db=0"),
            "MASTER_KEY_FILE": str(settings.MASTER_KEY_PATH),
            "SECRET_KEY": settings.SECRET_KEY,
        }
        for variable in [name for name in self.environment if name.startswith("DATABASE_") and name.endswith("_URL")]:
            self.environment[variable] = urlunsplit(urlsplit(self.environment[variable])._replace(path=f"/{name}"))
        self.database = psycopg.connect(self.environment["DATABASE_ADMIN_URL"], autocommit=True)
        self.mail = MailServer(pause=0.1)
        self.environment["EMAIL_URL"] = self.mail.url

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Each has a folder of its own, as on a machine of its own."""
        own = self.folder / f"{arguments[0]}-{len(self.children)}"
        own.mkdir()
        child = processes.start(
            [sys.executable, "-m", "celery", "-A", "hrplatform", *arguments, "--loglevel", "warning"],
            log=own / "log",
            sign=signal.SIGTERM,
            lock=None,
            cwd=ROOT,
            env={**self.environment, "HRPLATFORM_VAR": str(own)},
        )
        self.children.append(child)
        return child

    def start_worker(self) -> "subprocess.Popen[bytes]":
        return self.start("worker", "--concurrency", "2", "-O", "fair", "--without-gossip", "--without-mingle")

    def start_beat(self) -> "subprocess.Popen[bytes]":
        return self.start("beat", "--pidfile=")

    def kill(self, child: "subprocess.Popen[bytes]") -> None:
        """With everything that it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def rows(self, condition: str) -> int:
        answer = self.database.execute(f"SELECT count(*) FROM groups_reminder WHERE {condition}").fetchone()
        assert answer is not None
        return int(answer[0])

    @property
    def sent(self) -> int:
        return self.rows("sent_at IS NOT NULL")

    def wait_until(self, is_so: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < end, self.said()
            time.sleep(0.005)

    def let_claims_run_out(self) -> None:
        """Turn the clock of what is claimed back by as long as a claim lasts, as waiting would."""
        self.database.execute(
            "UPDATE groups_reminder SET claimed_at = claimed_at - %s WHERE sent_at IS NULL",
            [Reminder.CLAIM_LASTS + timedelta(seconds=1)],
        )

    @property
    def logs(self) -> list[Path]:
        """One file of each process. The broker keeps its own in a folder of that name, which tells nothing here."""
        return [log for log in sorted(self.folder.glob("*/log")) if log.is_file()]

    def said(self) -> str:
        logs = "\n".join(f"{log}\n{log.read_text()[-1500:]}" for log in self.logs)
        return f"{self.sent} of {REMINDERS} sent, {len(self.mail.letters)} letters\n{logs}"

    def stop(self) -> None:
        for child in self.children:
            self.kill(child)
        self.database.close()
        self.mail.stop()
        self.broker.stop()
        embedded.remove_run_folder()


@pytest.fixture
def delivery(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Delivery]:
    made = Delivery(tmp_path, monkeypatch)
    yield made
    made.stop()


@pytest.fixture
def due(delivery: Delivery) -> None:
    """Three groups of ten, each with a meeting soon: everyone is to be told by inbox and by letter, now."""
    for number in range(GROUPS):
        founder = person(number, 0)
        with isolation.context(person=founder.pk):
            group = actions.found_group(by=founder, kind="organization", name=f"Group {number}", time_zone="UTC")
            by = Membership.objects.select_related("group", "person").get(group=group, person=founder)
            for other in range(1, MEMBERS):
                add_member(by=by, person=person(number, other), standing="peer")
            actions.schedule_meeting(by=by, title="Words that nobody may read", starts=in_an_hour())
    assert delivery.rows("due_at <= now() AND sent_at IS NULL") == REMINDERS


def person(group: int, number: int) -> Person:
    return Person.objects.create_user(handle=f"member{group}{number}", email=f"member{group}{number}@example.org")


def in_an_hour() -> datetime:
    return (timezone.now() + timedelta(hours=1)).replace(tzinfo=None)


def everyone_was_told(delivery: Delivery) -> dict[str, Any]:
    return {
        "in app": delivery.rows("channel = 'in_app' AND sent_at IS NOT NULL"),
        "letters": delivery.rows("channel = 'email' AND sent_at IS NOT NULL"),
        "different letters on the wire": len(set(delivery.mail.message_ids)),
        "people written to": len({letter["To"] for letter in delivery.mail.letters}),
    }


ALL = {"in app": LETTERS, "letters": LETTERS, "different letters on the wire": LETTERS, "people written to": LETTERS}


def test_two_beats_and_two_workers_tell_everyone_once(delivery, due):
    for _ in range(2):
        delivery.start_worker()
        delivery.start_beat()
    delivery.wait_until(lambda: delivery.sent == REMINDERS, seconds=60)
    assert everyone_was_told(delivery) == ALL
    assert len(delivery.mail.letters) == LETTERS, "somebody was written to twice"
    assert delivery.rows("attempts <> 1") == 0, "two beats took the same row"
    assert not any("nobody may read" in letter.as_string() for letter in delivery.mail.letters)


def test_everyone_is_told_once_when_the_worker_is_killed_and_the_broker_restarted(delivery, due):
    """A worker killed between a mail server's yes and its own note of it sends that one letter again, under the same
    Message-ID, so that a mailbox shows it once: at most one for each of its two processes.
    """
    worker = delivery.start_worker()
    for _ in range(2):
        delivery.start_beat()
    delivery.wait_until(lambda: len(delivery.mail.letters) >= 4, seconds=60)
    delivery.kill(worker)
    told = delivery.sent
    assert MEMBERS <= told < REMINDERS, "the worker was to be killed in the middle"
    delivery.let_claims_run_out()

    delivery.start_worker()
    heard = len(delivery.mail.letters)
    delivery.wait_until(lambda: len(delivery.mail.letters) >= heard + 4, seconds=60)
    delivery.broker.stop()
    assert delivery.sent < REMINDERS, "the broker was to go away in the middle"
    delivery.broker.start()
    with suppress(AssertionError):
        delivery.wait_until(lambda: delivery.sent == REMINDERS, seconds=8)
    delivery.let_claims_run_out()  # of what was on its way through the broker, if it kept nothing of it
    delivery.wait_until(lambda: delivery.sent == REMINDERS, seconds=60)

    assert everyone_was_told(delivery) == ALL
    assert len(delivery.mail.letters) - LETTERS <= 2
    assert delivery.rows("sent_at IS NULL") == 0
