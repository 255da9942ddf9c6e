"""With an empty environment the settings are safe; with a wrong one they stop the start and name the variable."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAFE = {"SECRET_KEY": "k" * 50}
ASK = """
import json, sys
from hrplatform import settings
print(json.dumps({name: getattr(settings, name, None) for name in sys.argv[1:]}, default=str))
"""


def load(tmp_path: Path, *names: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Read the settings in a process of their own, that inherits nothing."""
    return subprocess.run(
        [sys.executable, "-c", ASK, *names],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HRPLATFORM_VAR": str(tmp_path / "var"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def values(tmp_path: Path, *names: str, **environment: str) -> dict[str, Any]:
    done = load(tmp_path, *names, **environment)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# --- Safe when nothing is set -----------------------------------------------------------------------------------------


def test_an_empty_environment_is_safe(tmp_path):
    found = values(
        tmp_path, "DEBUG", "ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
        "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_REFERRER_POLICY", "X_FRAME_OPTIONS", "SECRET_KEY",
        "SESSION_COOKIE_NAME", "SECURE_PROXY_SSL_HEADER", "CSRF_TRUSTED_ORIGINS",
    )  # fmt: skip
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["localhost"]
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SESSION_COOKIE_HTTPONLY"]
    assert found["SECURE_SSL_REDIRECT"]
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["X_FRAME_OPTIONS"] == "DENY"
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert found["SECURE_PROXY_SSL_HEADER"] is None, "nobody's header is believed unless a proxy is named"
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://localhost"]
    assert len(found["SECRET_KEY"]) >= 50


def test_the_key_made_for_an_installation_stays_and_only_its_user_reads_it(tmp_path):
    first, second = (values(tmp_path, "SECRET_KEY")["SECRET_KEY"] for _ in range(2))
    assert first == second
    assert (tmp_path / "var/secret_key").stat().st_mode & 0o777 == 0o600
    assert values(tmp_path / "other", "SECRET_KEY")["SECRET_KEY"] != first


def test_plain_http_is_for_this_machine_and_onion_services_alone(tmp_path):
    for url, secure in (
        ("http://127.0.0.1:8000", False),
        ("http://abcdef.onion", False),
        ("https://example.org", True),
    ):
        found = values(tmp_path, "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", SITE_URL=url)
        assert [bool(value) for value in found.values()] == [secure] * 3, url


# --- Loud when something is wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "ftp://example.org"),
        ("SITE_URL", "http://example.org"),
        ("SITE_URL", "https://"),
        ("SITE_URL", "https://example.org/path"),
        ("SITE_URL", "https://user:password@example.org"),
        ("SITE_URL", "https://[::1"),
        ("SITE_URL", "https://example.org:99999"),
        ("SITE_URL", "junk"),
        ("DEBUG", "maybe"),
        ("DATABASE_URL", "junk"),
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "mysql://a:b@localhost/c"),
        ("DATABASE_URL", "postgres://a:b@localhost:port/c"),
        ("DATABASE_URL", "postgres://a:b@localhost"),
        ("DATABASE_OWNER_URL", "junk"),
        ("REDIS_URL", "http://x"),
        ("REDIS_URL", "junk"),
        ("REDIS_URL", "redis://localhost:port/0"),
        ("EMAIL_URL", "junk"),
        ("EMAIL_URL", "http://mail.example.org"),
        ("EMAIL_URL", "smtp://mail.example.org:port"),
        ("SECRET_KEY", "short"),
        ("EXIT_URL", "javascript:alert(1)"),
        ("EXIT_URL", "not an address"),
        ("SOURCE_URL", "ftp://example.org"),
        ("TRUSTED_PROXY_COUNT", "one"),
        ("TRUSTED_PROXY_COUNT", "-1"),
        ("SECRET_KEY_FILE", "/nowhere/secret_key"),
        ("DATABASE_URL_FILE", "/nowhere/database_url"),
        ("EMAIL_URL_FILE", "/nowhere/email_url"),
        ("REDIS_URL_FILE", "/nowhere/redis_url"),
    ],
)
def test_a_value_that_makes_no_sense_stops_the_start_and_is_named(tmp_path, name, value):
    done = load(tmp_path, "DEBUG", **{**SAFE, name: value})
    assert done.returncode != 0, "it started"
    last = done.stderr.strip().splitlines()[-1]
    assert name in last, last
    assert "ImproperlyConfigured" in last, last
    for secret in ("password", "a:b@"):
        assert value == secret or secret not in last.replace("user:password", ""), "the sentence shows no secret"


def test_secrets_can_come_from_files(tmp_path):
    contents = {
        "SECRET_KEY": "f" * 60,
        "DATABASE_URL": "postgres://hrplatform_app:word@db.example.org:5433/union",
        "DATABASE_OWNER_URL": "postgres://hrplatform_owner:word@db.example.org:5433/union",
        "REDIS_URL": "redis://:word@broker.example.org:6380/2",
        "EMAIL_URL": "smtp://me:word@mail.example.org:587/?tls=True",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content + "\n")
    found = values(
        tmp_path, "SECRET_KEY", "DATABASES", "CACHES", "CELERY_BROKER_URL", "EMAIL_HOST", "EMAIL_HOST_PASSWORD",
        "EMAIL_USE_TLS", "EMBEDDED_DATABASE", "EMBEDDED_BROKER",
        **{f"{name}_FILE": str(tmp_path / name) for name in contents},
    )  # fmt: skip
    assert found["SECRET_KEY"] == "f" * 60
    assert found["DATABASES"]["default"]["HOST"] == "db.example.org"
    assert found["DATABASES"]["default"]["PASSWORD"] == "word"
    assert found["DATABASES"]["owner"]["USER"] == "hrplatform_owner"
    assert found["CACHES"]["default"]["LOCATION"] == contents["REDIS_URL"]
    assert found["CELERY_BROKER_URL"] == contents["REDIS_URL"]
    assert (found["EMAIL_HOST"], found["EMAIL_HOST_PASSWORD"]) == ("mail.example.org", "word")
    assert found["EMAIL_USE_TLS"] is True
    assert not found["EMBEDDED_DATABASE"]
    assert not found["EMBEDDED_BROKER"]


def test_an_empty_file_of_an_optional_secret_is_as_none(tmp_path):
    (tmp_path / "empty").write_text("")
    found = values(tmp_path, "EMAIL_BACKEND", EMAIL_URL_FILE=str(tmp_path / "empty"))
    assert found["EMAIL_BACKEND"] == "hrplatform.delivery.FolderEmailBackend"


def test_a_missing_master_key_does_not_stop_the_start(tmp_path):
    found = values(tmp_path, "MASTER_KEY_PATH", "MASTER_KEY", MASTER_KEY_FILE=str(tmp_path / "nowhere"))
    assert found == {"MASTER_KEY_PATH": str(tmp_path / "nowhere"), "MASTER_KEY": ""}


def test_every_variable_is_explained(tmp_path):
    """docs/deployment.md has a row for each variable that the settings read."""
    source = (ROOT / "hrplatform/settings.py").read_text() + (ROOT / "hrplatform/embedded.py").read_text()
    read = set(re.findall(r"""(?:env\.\w+\(|environ\.get\(|environ\[)\s*"([A-Z_]+)\"""", source))
    told = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/deployment.md").read_text(), re.MULTILINE))
    assert len(read) > 10
    assert not {name.removesuffix("_FILE") for name in read} - told


# --- The deploy check -------------------------------------------------------------------------------------------------


def test_the_deploy_check_is_clean(tmp_path):
    """All but the translations, which tests/test_languages.py looks at."""
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
            *("--tag", "security", "--tag", "models", "--tag", "urls", "--tag", "templates", "--tag", "caches"),
            *(
                "--tag",
                "admin",
                "--tag",
                "staticfiles",
                "--tag",
                "compatibility",
                "--tag",
                "files",
                "--tag",
                "async_support",
            ),
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HRPLATFORM_VAR": str(tmp_path), "SITE_URL": "https://example.org"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
