"""The one lead that a member had chosen becomes the first of several; none becomes none."""

from django.db import migrations


def whoever_owns_them(table: str, statement: str) -> str:
    """The owner of a table is under its policies too, and has no context here: for this one statement it is not."""
    return (
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; {statement}; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
    )


class Migration(migrations.Migration):
    dependencies = [("groups", "0014_reminder_choices")]

    operations = [
        migrations.RunSQL(
            whoever_owns_them(
                "groups_membership",
                "UPDATE groups_membership SET reminder_leads ="
                " CASE WHEN reminder_lead = 0 THEN ARRAY[]::integer[] ELSE ARRAY[reminder_lead] END",
            ),
            whoever_owns_them(
                "groups_membership",
                "UPDATE groups_membership SET reminder_lead = coalesce((SELECT max(each) FROM unnest(reminder_leads)"
                " AS each WHERE each <= 2880), 0)",
            ),
        ),
        # Of meetings the edition is the minute at which they begin: who was told of it is not told again.
        migrations.RunSQL(
            whoever_owns_them(
                "groups_reminder",
                "UPDATE groups_reminder SET edition = floor(extract(epoch FROM occasion_at) / 60)"
                " WHERE occasion = 'meeting'",
            ),
            migrations.RunSQL.noop,
        ),
    ]
