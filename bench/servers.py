"""The servers that are measured, one worker each on one core, and what they use of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.load import ask, request_for
from hrplatform import processes

# One core for the servers and another for the load, where there are two that we may choose.
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVER_CORE, LOAD_CORE = (CORES[0], CORES[1]) if len(CORES) > 1 else (None, None)
_ON_CORE = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); os.execvp(sys.argv[2], sys.argv[2:])"
_READY_SECONDS = 30


class Server:
    """A server that answers `path` with one and the same page."""

    def __init__(self, name: str, command: list[str], *, folder: Path, path: str, **environment: str) -> None:
        self.name, self.path = name, path
        self.port = _free_port()
        on_core = [sys.executable, "-c", _ON_CORE, str(SERVER_CORE)] if SERVER_CORE is not None else []
        self.log = folder / f"{name}.log"
        self.child = processes.start(
            [*on_core, *(part.format(port=self.port) for part in command)],
            log=self.log,
            sign=signal.SIGTERM,
            lock=None,
            env={**os.environ, **environment},
        )

    def wait_until_ready(self) -> None:
        end = time.monotonic() + _READY_SECONDS
        while True:
            try:
                ask(self.port, request_for(self.path, is_gzip=True))
            except OSError as error:
                if time.monotonic() > end or self.child.poll() is not None:
                    raise SystemExit(f"{self.name} does not answer: {error}\n{self.log.read_text()}") from error
                time.sleep(0.1)
            else:
                return

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.child.pid)

    def stop(self) -> None:
        processes.stop(self.child)


def granian(name: str, application: str, *, folder: Path, path: str, **environment: str) -> Server:
    """As `manage.py up` runs it, but for one worker and one thread that answers."""
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", "{port}"),
        *("--workers", "1", "--blocking-threads", "1", "--backpressure", "64", "--no-ws", "--no-access-log"),
        application,
    ]
    return Server(name, command, folder=folder, path=path, **environment)


_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr; user {user};
events {{ worker_connections 64; }}
http {{
  access_log off; keepalive_requests 100000000; sendfile on; tcp_nopush on;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  types {{ text/html html; }}
  server {{ listen 127.0.0.1:{port}; root {folder}; gzip_static on; }}
}}
"""


def nginx(*, folder: Path, program: str) -> Server:
    port = _free_port()
    configuration = folder / "nginx.conf"
    user = "root" if os.getuid() == 0 else subprocess.check_output(["id", "-un"], text=True).strip()
    configuration.write_text(_NGINX.format(folder=folder, port=port, user=user))
    command = [program, "-c", str(configuration), "-p", str(folder), "-e", str(folder / "nginx-first.log")]
    server = Server("nginx", command, folder=folder, path="/page.html")
    server.port = port
    return server


def nginx_program() -> str | None:
    return os.environ.get("NGINX") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def cpu_seconds(process: int) -> float:
    """What this process and all below it have used. To the nanosecond where the kernel keeps such accounts."""
    return sum(_own_cpu_seconds(each) for each in _tree(process))


def _tree(process: int) -> list[int]:
    found, waiting = [], [process]
    while waiting:
        each = waiting.pop()
        found.append(each)
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            waiting += [int(number) for number in task.read_text().split()]
    return found


def _own_cpu_seconds(process: int) -> float:
    folder = Path(f"/proc/{process}")
    try:
        return sum(int(task.read_text().split()[0]) for task in folder.glob("task/*/schedstat")) / 1e9
    except (OSError, IndexError):
        fields = folder.joinpath("stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
