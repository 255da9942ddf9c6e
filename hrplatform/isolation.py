"""Row-level security: PostgreSQL itself keeps each group's rows from everyone else.

Every table that a group or a person owns has a policy, made by `Isolate` in a migration. Policies read
settings that `context` sets *locally in a transaction*: they vanish with it, so nothing leaks into the next
request over a pooled connection (session-level settings would). Without a context a query sees no owned row.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# The settings a policy may read. After a commit PostgreSQL gives '' instead of NULL, hence every nullif().
GROUPS = "hrplatform.groups"
PERSON = "hrplatform.person"
TOKEN = "hrplatform.token"  # noqa: S105 (the name of a setting)
ERRAND = "hrplatform.errand"

IN_GROUPS = f"= ANY ((SELECT string_to_array(nullif(current_setting('{GROUPS}', true), ''), ',')::uuid[])::uuid[])"
IS_PERSON = f"= (SELECT nullif(current_setting('{PERSON}', true), '')::uuid)"
HAS_TOKEN = f"= (SELECT nullif(current_setting('{TOKEN}', true), ''))"


def on_errand(name: str) -> str:
    """SQL that holds while a task runs the errand `name` across groups."""
    return f"(SELECT current_setting('{ERRAND}', true)) = '{name}'"


@contextmanager
def context(
    *,
    person: UUID | None = None,
    groups: Iterable[UUID] = (),
    token: str | None = None,
    errand: str | None = None,
    at_one_moment: bool = False,
) -> Iterator[None]:
    """Open a transaction in which these rows are visible, and put back what was before on leaving.

    `person`: rows that are that person's own. `groups`: rows of these groups. `token`: the hash of a secret
    link, whose one row it opens. `errand`: a task across groups, for tables whose policy names it.
    `at_one_moment`: what is read stays as it was when the transaction began; for an outermost context only.
    """
    wanted = {
        PERSON: str(person or ""),
        GROUPS: ",".join(str(group) for group in groups),
        TOKEN: token or "",
        ERRAND: errand or "",
    }
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if at_one_moment and is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        before = _read(wanted)
        _write(wanted)
        yield
        # After an error the transaction, or its savepoint, is rolled back, and these settings with it.
        if not connection.needs_rollback:
            _write(before)


def run_alone(statement: str, values: list[Any], *, groups: Iterable[UUID]) -> int:
    """Run one statement that sees these groups, in a transaction of its own, in a single trip. Returns its row count.

    The settings go with the statement, as one message: PostgreSQL takes that as one transaction, and they end with it.
    It does not wait for the disk, so it is only for what may be done again after a crash of the machine.
    """
    names = ",".join(str(group) for group in groups)
    if connection.in_atomic_block:  # in somebody's transaction they would outlive the statement
        with context(groups=names.split(",")), connection.cursor() as cursor:  # type: ignore[arg-type]
            cursor.execute(statement, values)
            return int(cursor.rowcount)
    with connection.cursor() as cursor:
        alone = f"SELECT set_config('{GROUPS}', %s, true), set_config('synchronous_commit', 'off', true); {statement}"
        cursor.execute(alone, [names, *values])
        cursor.nextset()
        return int(cursor.rowcount)


def widen(*, groups: Iterable[UUID]) -> None:
    """Add groups to the context already open: a group just founded or joined in this transaction."""
    present = _read({GROUPS: ""})[GROUPS]
    names = dict.fromkeys([*filter(None, present.split(",")), *(str(group) for group in groups)])
    _write({GROUPS: ",".join(names)})


def _read(names: Iterable[str]) -> dict[str, str]:
    names = list(names)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join("current_setting(%s, true)" for _ in names), names)
        return {name: value or "" for name, value in zip(names, cursor.fetchone() or (), strict=True)}


def _write(values: dict[str, str]) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("An isolation context lives in a transaction; there is none here.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join("set_config(%s, %s, true)" for _ in values),
            [part for pair in values.items() for part in pair],
        )


class Isolate(Operation):
    """A migration operation: ENABLE and FORCE row-level security on a model's table, with a policy for each command.

    `visible` is the SQL of what may be read; `writable` of what may be added, changed and removed; `afterwards` of what
    a changed row must still satisfy. One policy for all commands would let whoever may read a row remove it.
    The default is the common one: rows of the groups in context, and nothing else.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self,
        model: str,
        visible: str = f"group_id {IN_GROUPS}",
        writable: str | None = None,
        afterwards: str | None = None,
    ) -> None:
        self.model = model
        self.visible = visible
        self.writable = writable or visible
        self.afterwards = afterwards or self.writable

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.model, self.visible, self.writable, self.afterwards], {})

    @property
    def policies(self) -> dict[str, str]:
        return {
            "isolated_reading": f"FOR SELECT USING ({self.visible})",
            "isolated_adding": f"FOR INSERT WITH CHECK ({self.writable})",
            "isolated_changing": f"FOR UPDATE USING ({self.writable}) WITH CHECK ({self.afterwards})",
            "isolated_removing": f"FOR DELETE USING ({self.writable})",
        }

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Policies are the database's own; the models do not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = schema_editor.quote_name(to_state.apps.get_model(app_label, self.model)._meta.db_table)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        for name, rule in self.policies.items():
            schema_editor.execute(f"CREATE POLICY {name} ON {table} {rule}")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = schema_editor.quote_name(from_state.apps.get_model(app_label, self.model)._meta.db_table)
        for name in self.policies:
            schema_editor.execute(f"DROP POLICY {name} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Isolate the rows of {self.model} by their owner"


def on_delete(table: str, column: str, parent: str, action: str) -> RunSQL:
    """A migration operation: the database itself carries out what happens to `table.column` when its parent row goes.

    `action`: "CASCADE" or "SET NULL". For rows that whoever removes the parent may not see or not remove: Django would
    pass over them, and the foreign key would refuse. The database does this past policies, as the table's owner.
    Belongs in a later migration than the key itself: Django makes keys at a migration's end.
    """
    statement = """
        DO $$ DECLARE known text; BEGIN
            SELECT conname INTO STRICT known FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid
                WHERE conrelid = '{table}'::regclass AND contype = 'f' AND conkey = ARRAY[attnum]
                AND attname = '{column}';
            EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %1$I, ADD CONSTRAINT %1$I FOREIGN KEY ({column})'
                ' REFERENCES {parent} (id) ON DELETE {action} DEFERRABLE INITIALLY DEFERRED', known);
        END $$"""
    forwards, backwards = (
        statement.format(table=table, column=column, parent=parent, action=each) for each in (action, "NO ACTION")
    )
    return RunSQL(forwards, backwards)


def owned_models() -> list[type[models.Model]]:
    """Every model whose rows belong to a group or to one person: what must have a policy."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and (model._meta.label == "groups.Group" or _owner_fields(model))
    ]


def _owner_fields(model: type[models.Model]) -> list[str]:
    owners = {"groups.Group", *(["groups.Person"] if model._meta.app_label in _OUR_APPS else [])}
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model._meta.label in owners  # type: ignore[union-attr]
    ]


_OUR_APPS = frozenset({"hrplatform", "groups", "outreach", "resources"})


@dataclass(frozen=True)
class TableState:
    enabled: bool
    forced: bool
    policies: frozenset[str]  # the commands that have a policy
    owner: str


def table_state(model: type[models.Model], using: str = DEFAULT_DB_ALIAS) -> TableState:
    """What the database really does for this model's table."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner),"
            " ARRAY(SELECT cmd FROM pg_policies WHERE schemaname = 'public' AND tablename = c.relname)"
            " FROM pg_class c WHERE c.oid = to_regclass(%s)",
            [f'public."{model._meta.db_table}"'],
        )
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"{model._meta.label} has no table yet.")
    enabled, forced, owner, policies = row
    return TableState(enabled, forced, frozenset(policies), owner)


@checks.register(checks.Tags.security)
def every_owned_model_is_isolated(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Fails when a model that a group or person owns has no `Isolate` in its app's migrations.

    Reads the migrations, so it needs no database; tests/test_isolation.py asks the database itself.
    """
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    isolated = {
        (app_label, operation.model.lower())
        for (app_label, _), migration in loader.disk_migrations.items()
        for operation in migration.operations
        if isinstance(operation, Isolate)
    }
    return [
        checks.Error(
            f"{model._meta.label} is owned by a group or person but no migration isolates it.",
            hint="`makemigrations --skip-checks` writes the schema; then add "
            f"hrplatform.isolation.Isolate({model._meta.model_name!r}) to a migration of its app.",
            obj=model,
            id="hrplatform.E001",
        )
        for model in owned_models()
        if (model._meta.app_label, model._meta.model_name) not in isolated
    ]
