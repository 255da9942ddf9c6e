"""W1: what a visitor's guide costs, warm and cold, beside peers that answer with the same bytes."""

import gzip
import os
import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.instance import Instance
from bench.load import ask, drive, request_for
from bench.results import goal, say
from bench.servers import LOAD_CORE, Server, cpu_seconds, granian, nginx, nginx_program

GUIDE = "/en/guides/overdose-response/"
PAGES = ["/en/", "/en/help-now/", "/en/guides/", GUIDE, "/ru/guides/overdose-response/", "/en/about/"]
ROUNDS, ROUND_SECONDS, CONNECTIONS = 9, 0.7, 4
WARM_GOAL, QUERIES_GOAL, FIRST_VIEW_GOAL = 1.2, 2, 14_000


@dataclass
class Line:
    """One line of the table: a server asked in one way, round after round."""

    title: str
    server: Server
    path: str
    is_gzip: bool
    beside: str = ""
    requests_per_second: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    database_cpu_us: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)

    def go_one_round(self, database: int, seconds: float) -> None:
        request = request_for(self.path, is_gzip=self.is_gzip)
        drive(self.server.port, request, seconds=0.05, connections=CONNECTIONS)
        before, database_before = self.server.cpu_seconds(), cpu_seconds(database)
        done = drive(self.server.port, request, seconds=seconds, connections=CONNECTIONS)
        count = done.requests
        self.cpu_us.append((self.server.cpu_seconds() - before) / count * 1e6)
        self.database_cpu_us.append((cpu_seconds(database) - database_before) / count * 1e6)
        self.requests_per_second.append(count / done.seconds)
        self.p50_ms.append(done.latency_ms(0.5))
        self.p99_ms.append(done.latency_ms(0.99))

    def ratio_to(self, other: "Line") -> float:
        """Of CPU, round by round, so that noise which hits one round hits both."""
        return median(mine / theirs for mine, theirs in zip(self.cpu_us, other.cpu_us, strict=True))

    def as_json(self, bare: "Line") -> dict[str, Any]:
        numbers = {
            name: round(median(getattr(self, name)), 3)
            for name in ("requests_per_second", "cpu_us", "database_cpu_us", "p50_ms", "p99_ms")
        }
        return {"title": self.title, "encoding": "gzip" if self.is_gzip else "plain", **numbers} | {
            "cpu_beside_bare_view": round(self.ratio_to(bare), 3)
        }


def measure(instance: Instance, scale: float) -> dict[str, Any]:
    rounds = max(3, round(ROUNDS * scale))
    folder = instance.folder
    with ExitStack() as stack:
        queries = count_queries()
        product = granian("product", "hrplatform.wsgi:application", folder=folder, path=GUIDE)
        stack.callback(product.stop)
        product.wait_until_ready()
        _, plain = ask(product.port, request_for(GUIDE, is_gzip=False))
        _, gzipped = ask(product.port, request_for(GUIDE, is_gzip=True))
        assert gzip.decompress(gzipped) == plain
        (folder / "page.html").write_bytes(plain)
        (folder / "page.html.gz").write_bytes(gzipped)
        sizes, first_view = size_of_pages(product), size_of_first_view(product, plain.decode(), gzipped)

        def start(name: str, application: str, **environment: str) -> Server:
            server = granian(name, application, folder=folder, path=GUIDE, **environment)
            stack.callback(server.stop)
            server.wait_until_ready()
            return server

        peer = {"BENCH_PAGES": str(folder), "DJANGO_SETTINGS_MODULE": ""}
        bare = start("bare", "bench.peers:application", BENCH_MIDDLEWARE="0", **peer)
        default = start("default", "bench.peers:application", BENCH_MIDDLEWARE="1", **peer)
        cold = start("cold", "bench.cold:application")
        lines = [
            Line("guide, warm", product, GUIDE, True),
            Line("guide, cold", cold, GUIDE, True),
            Line("Django view, no middleware", bare, GUIDE, True),
            Line("Django view, default middleware", default, GUIDE, True),
            Line("guide, warm, not compressed", product, GUIDE, False),
            Line("Django view, no middleware, not compressed", bare, GUIDE, False),
        ]
        if program := nginx_program():
            files = nginx(folder=folder, program=program)
            stack.callback(files.stop)
            files.wait_until_ready()
            lines.append(Line("nginx, the same bytes as a file", files, "/page.html", True))
        if LOAD_CORE is not None:
            stack.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
            os.sched_setaffinity(0, {LOAD_CORE})
        for number in range(rounds):
            say(f"\rRound {number + 1} of {rounds} ...", ending="")
            # Every other round backwards: what follows what must not matter.
            for line in lines if number % 2 == 0 else reversed(lines):
                line.go_one_round(instance.database, ROUND_SECONDS)
        say("")
    by_title = {line.title: line for line in lines}
    warm_ratio = by_title["guide, warm"].ratio_to(by_title["Django view, no middleware"])
    goals = [
        goal(f"warm page CPU at most {WARM_GOAL} x the bare view", warm_ratio <= WARM_GOAL, f"{warm_ratio:.2f} x"),
        goal(f"cold page at most {QUERIES_GOAL} queries", queries <= QUERIES_GOAL, f"{queries}"),
        goal(
            f"first view at most {FIRST_VIEW_GOAL:,} bytes compressed",
            sum(first_view.values()) <= FIRST_VIEW_GOAL,
            f"{sum(first_view.values()):,}",
        ),
    ]
    return {
        "rounds": rounds,
        "page": {"path": GUIDE, "plain_bytes": len(plain), "gzip_bytes": len(gzipped), "cold_queries": queries},
        "lines": [line.as_json(bare_of(line, by_title)) for line in lines],
        "first_view_gzip_bytes": first_view,
        "pages_bytes": sizes,
        "goals": goals,
    }


def bare_of(line: Line, by_title: dict[str, Line]) -> Line:
    return by_title["Django view, no middleware" + ("" if line.is_gzip else ", not compressed")]


def count_queries() -> int:
    """What Django asks the database for this page, once its process is warm."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    assert client.get(GUIDE).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(GUIDE)
    return len(captured)


def size_of_pages(server: Server) -> dict[str, dict[str, int]]:
    sizes = {}
    for path in PAGES:
        plain, packed = (len(ask(server.port, request_for(path, is_gzip=each))[1]) for each in (False, True))
        sizes[path] = {"plain": plain, "gzip": packed}
    return sizes


def size_of_first_view(server: Server, page: str, gzipped: bytes) -> dict[str, int]:
    """The page and every file that a browser fetches to show it, as sent."""
    files = sorted(set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page)))
    sizes = {path: len(ask(server.port, request_for(path, is_gzip=True))[1]) for path in files}
    # Without the hash of its content, which changes with every edit.
    named = {re.sub(r"\.[0-9a-f]{12}\.", ".", path): size for path, size in sizes.items()}
    return {"the page": len(gzipped), **named}


def show(results: dict[str, Any]) -> None:
    page = results["page"]
    say(f"\nW1: {page['path']}  {page['plain_bytes']:,} bytes, {page['gzip_bytes']:,} compressed")
    say(f"{'':44}{'requests/s':>11}{'CPU us':>9}{'x bare':>8}{'p50 ms':>8}{'p99 ms':>8}{'queries':>9}")
    for line in results["lines"]:
        asked = str(page["cold_queries"]) if "cold" in line["title"] else "0"
        say(
            f"{line['title']:44}{line['requests_per_second']:>11,.0f}{line['cpu_us']:>9,.0f}"
            f"{line['cpu_beside_bare_view']:>8.2f}{line['p50_ms']:>8.2f}{line['p99_ms']:>8.2f}{asked:>9}"
        )
    cold = next(line for line in results["lines"] if "cold" in line["title"])
    say(f"The database's own CPU for a cold page: {cold['database_cpu_us']:,.0f} us.")
    say("\nBytes, compressed:")
    say(
        "  first view of this guide: "
        + ", ".join(f"{name.rpartition('/')[2]} {size:,}" for name, size in results["first_view_gzip_bytes"].items())
    )
    for path, size in results["pages_bytes"].items():
        say(f"  {path:36}{size['gzip']:>7,} of {size['plain']:,}")
    if not nginx_program():
        say("nginx is not installed here: left out.")
