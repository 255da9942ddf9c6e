"""The three database roles: owner (migrations), app (subject to every policy), backup (reads past them).

`prepare` may run any number of times; it changes nothing that is already right.
"""

from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

OWNER = "hrplatform_owner"
APP = "hrplatform_app"
BACKUP = "hrplatform_backup"

_ATTRIBUTES = {OWNER: "NOBYPASSRLS", APP: "NOBYPASSRLS", BACKUP: "BYPASSRLS"}


def prepare(admin_url: str, login_urls: tuple[str, ...] = ()) -> None:
    """Make the database and its roles ready, connecting as a login that may create roles.

    `login_urls`: addresses the application will use; where one names a role of ours with a password, the
    role gets that password. Raises psycopg.Error when the login lacks the right to do this.
    """
    with connect_making_database(admin_url) as connection:
        ensure_roles(connection, {urlsplit(url).username: urlsplit(url).password for url in login_urls})
        grant(connection)


def connect_making_database(admin_url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(admin_url, autocommit=True)
    except psycopg.OperationalError as error:
        parts = urlsplit(admin_url)
        name = parts.path.lstrip("/")
        if f'database "{name}" does not exist' not in str(error):
            raise
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as maintenance:
        # Unicode-aware case and classes for every script, without a locale of the machine (PostgreSQL 18).
        maintenance.execute(
            sql.SQL(
                "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
                " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'PG_UNICODE_FAST' LC_COLLATE 'C' LC_CTYPE 'C'"
            ).format(sql.Identifier(name))
        )
    return psycopg.connect(admin_url, autocommit=True)


def drop_database(admin_url: str) -> None:
    """Remove the database with everything in it."""
    parts = urlsplit(admin_url)
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as maintenance:
        name = sql.Identifier(parts.path.lstrip("/"))
        maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def ensure_roles(connection: psycopg.Connection, passwords: dict[str | None, str | None]) -> None:
    present = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    (login, is_superuser) = connection.execute(
        "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone() or ("", False)
    for role, attribute in _ATTRIBUTES.items():
        name = sql.Identifier(role)
        if role not in present:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN {}").format(name, sql.SQL(attribute)))
        if passwords.get(role):
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(passwords[role])))
        if login != role and not is_superuser:
            # Since PostgreSQL 16 the maker of a role must give itself the right to take it on.
            connection.execute(sql.SQL("GRANT {} TO {} WITH SET TRUE").format(name, sql.Identifier(login)))


def grant(connection: psycopg.Connection) -> None:
    """Rights on what exists and on what migrations will make. Nothing beyond rows: no DDL, no TRUNCATE."""
    owner, app, backup = (sql.Identifier(role) for role in (OWNER, APP, BACKUP))
    (schema_owner,) = connection.execute(
        "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'"
    ).fetchone() or ("",)
    if schema_owner != OWNER:
        connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
    connection.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}, {}").format(app, backup))
    statements = (
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {backup}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON SEQUENCES TO {backup}",
    )
    for statement in statements:
        connection.execute(sql.SQL(statement).format(owner=owner, app=app, backup=backup))
