"""W5: 10,000 reminders by letter through beat's task and the worker, beside one smtplib connection."""

import os
import smtplib
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from statistics import mean
from typing import Any

from bench.instance import Instance
from bench.results import goal, say
from bench.servers import cpu_seconds
from hrplatform import processes

LETTERS, GROUPS, PEOPLE = 10_000, 10, 1_000
GOAL = 0.8
_SECONDS = 600


class Sink:
    """The mail server, a process of its own, and its records."""

    def __init__(self, folder: Path) -> None:
        self.records = folder / "letters"
        self.records.write_bytes(b"")
        self.child = subprocess.Popen(
            [sys.executable, "-m", "bench.sink", str(self.records)], stdout=subprocess.PIPE, text=True
        )
        assert self.child.stdout is not None
        self.port = int(self.child.stdout.readline())

    def heard(self) -> Counter[bytes]:
        return Counter(self.records.read_bytes().split())

    def wait_for(self, count: int) -> None:
        end = time.monotonic() + _SECONDS
        while (there := self.records.read_bytes().count(b"\n")) < count:
            if time.monotonic() > end:
                raise SystemExit(f"Only {there} of {count} letters came.")
            time.sleep(0.05)

    def forget(self) -> None:
        self.records.write_bytes(b"")

    def stop(self) -> None:
        self.child.terminate()
        self.child.wait()


def measure(instance: Instance, scale: float) -> dict[str, Any]:
    count = max(1_000, round(LETTERS * min(scale, 1)))
    say(f"W5: making {count:,} reminders ...")
    letters = make_reminders(count)
    with ExitStack() as stack:
        sink = Sink(instance.folder)
        stack.callback(sink.stop)
        worker = start_worker(instance.folder, sink)
        stack.callback(processes.stop, worker)
        wait_until_ready(worker)
        before = one_connection(sink, letters)
        through = through_worker(sink, worker, count)
        after = one_connection(sink, letters)
    alone = mean([before, after])
    ratio = through["letters_per_second"] / alone
    lost, doubled = through["lost"], through["doubled"]
    return {
        "letters": count,
        "one_connection_per_second": [round(before), round(after)],
        "worker": through,
        "ratio": round(ratio, 3),
        "goals": [
            goal(f"reminders at least {GOAL} x one smtplib connection", ratio >= GOAL, f"{ratio:.2f} x"),
            goal("none lost, none doubled", lost == doubled == 0, f"{lost} lost, {doubled} doubled"),
        ],
    }


def show(found: dict[str, Any]) -> None:
    worker = found["worker"]
    say(f"\nW5: {found['letters']:,} reminders by letter")
    say(f"  one smtplib connection, letters made before: {found['one_connection_per_second']} letters/s")
    say(f"  claimed, written and noted by two worker processes: {worker['letters_per_second']:,} letters/s")
    say(f"  of that CPU for one letter: {worker['cpu_us']} us of the worker")


def make_reminders(count: int) -> list[tuple[str, str, bytes]]:
    """Rows that are due, of people with sealed addresses, and the same letters as bytes: from, to, text."""
    from uuid import uuid4

    from django.conf import settings
    from django.utils import timezone

    from groups import wording
    from groups.models import Group, Person, Reminder
    from hrplatform import isolation

    people = Person.objects.bulk_create(
        Person(handle=f"bench{number}", password="!", email=f"bench{number}@example.org", time_zone="Europe/Amsterdam")
        for number in range(PEOPLE)
    )
    now, letters = timezone.now(), []
    each_group = count // GROUPS
    for number in range(GROUPS):
        group = Group(kind="organization", name=f"Bench {number}")
        with isolation.context(groups=[group.pk]):
            group.save(force_insert=True)
            rows = [
                Reminder(
                    group=group, person=people[position % PEOPLE], occasion="meeting", occasion_id=uuid4(),
                    occasion_at=now, lead_minutes=60, channel="email", due_at=now,
                )
                for position in range(each_group)
            ]  # fmt: skip
            Reminder.objects.bulk_create(rows)
        for row in rows:
            letter = wording.letter(row)
            letters.append((settings.DEFAULT_FROM_EMAIL, letter.to[0], letter.message().as_bytes(linesep="\r\n")))
    return letters


def one_connection(sink: Sink, letters: list[tuple[str, str, bytes]]) -> float:
    """Letters per second."""
    sink.forget()
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", sink.port, local_hostname="localhost") as connection:
        for sender, receiver, text in letters:
            connection.sendmail(sender, [receiver], text)
    return len(letters) / (time.monotonic() - began)


def start_worker(folder: Path, sink: Sink) -> "subprocess.Popen[bytes]":
    """As `manage.py up` starts it."""
    command = [sys.executable, "-m", "celery", "-A", "hrplatform", "worker", "--concurrency", "2", "-O", "fair"]
    return processes.start(
        [*command, "--loglevel", "warning", "--without-gossip", "--without-mingle"],
        log=folder / "worker.log",
        sign=15,
        lock=None,
        env={**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"},
    )


def wait_until_ready(worker: "subprocess.Popen[bytes]") -> None:
    from hrplatform.celery import app

    end = time.monotonic() + 60
    while not app.control.ping(timeout=1):
        if time.monotonic() > end or worker.poll() is not None:
            raise SystemExit("The worker does not start.")


def through_worker(sink: Sink, worker: "subprocess.Popen[bytes]", count: int) -> dict[str, Any]:
    from groups.tasks import claim_due_reminders

    sink.forget()
    cpu, began = cpu_seconds(worker.pid), time.monotonic()
    claim_due_reminders.delay()
    sink.wait_for(count)
    seconds, cpu = time.monotonic() - began, cpu_seconds(worker.pid) - cpu
    heard = sink.heard()
    return {
        "letters_per_second": round(count / seconds),
        "cpu_us": round(cpu / count * 1e6),
        "lost": count - len(heard),
        "doubled": sum(times - 1 for times in heard.values()),
    }
