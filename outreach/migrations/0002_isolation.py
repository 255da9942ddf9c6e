"""Each group's rows are its own, and none points at another group's.

Foreign keys look past row-level policies, so a key that names only the row would accept a kit or a site of another
group. These name the group as well.
"""

from django.db import migrations

from hrplatform.isolation import Isolate


def with_its_group(child: str, column: str, parent: str) -> migrations.RunSQL:
    """`child.column` refers to a row of `parent` that has the same group."""
    name = f"{child}_{column}_of_same_group"
    return migrations.RunSQL(
        f"ALTER TABLE {child} ADD CONSTRAINT {name} FOREIGN KEY ({column}, group_id)"
        f" REFERENCES {parent} (id, group_id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {child} DROP CONSTRAINT {name}",
    )


def known_with_group(table: str) -> migrations.RunSQL:
    """What such a key needs on its far side."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_id_with_group UNIQUE (id, group_id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_id_with_group",
    )


class Migration(migrations.Migration):
    dependencies = [("outreach", "0001_initial")]

    operations = [
        known_with_group("outreach_site"),
        known_with_group("outreach_kit"),
        known_with_group("outreach_contact"),
        with_its_group("outreach_kitline", "kit_id", "outreach_kit"),
        with_its_group("outreach_contact", "site_id", "outreach_site"),
        with_its_group("outreach_contactline", "contact_id", "outreach_contact"),
        with_its_group("outreach_contactline", "kit_id", "outreach_kit"),
        Isolate("Site"),
        Isolate("Kit"),
        Isolate("KitLine"),
        Isolate("Contact"),
        Isolate("ContactLine"),
    ]
