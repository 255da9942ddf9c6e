"""Published rows can be read by anybody; drafts, and every change, are the own group's."""

from django.db import migrations

from hrplatform.isolation import IN_GROUPS, Isolate

OURS = f"group_id {IN_GROUPS}"
# A guide outlives its group: the group may let go of it, nobody may take it.
OURS_OR_LET_GO = f"{OURS} OR group_id IS NULL"


def only_ours_is_changed(table: str) -> migrations.RunSQL:
    """What can be read by anybody must not be changed or removed by anybody: `visible` alone would allow that."""
    return migrations.RunSQL(
        f"CREATE POLICY own_additions ON {table} AS RESTRICTIVE FOR INSERT WITH CHECK ({OURS});"
        f"CREATE POLICY own_changes ON {table} AS RESTRICTIVE FOR UPDATE USING ({OURS}) WITH CHECK ({OURS_OR_LET_GO});"
        f"CREATE POLICY own_removals ON {table} AS RESTRICTIVE FOR DELETE USING ({OURS});",
        f"DROP POLICY own_additions ON {table};DROP POLICY own_changes ON {table};DROP POLICY own_removals ON {table};",
    )


def same_group_as_guide(table: str) -> migrations.RunSQL:
    """Nobody hangs a row of their own group on another group's guide. Foreign keys are checked past all policies."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_its_guide FOREIGN KEY (guide_id, group_id)"
        " REFERENCES resources_guide (id, group_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_its_guide",
    )


class Migration(migrations.Migration):
    dependencies = [("resources", "0001_initial"), ("groups", "0002_isolation")]

    operations = [
        *(
            Isolate(model, visible=f"is_published OR {OURS}", writable=OURS_OR_LET_GO)
            for model in ("guide", "guidetranslation", "source")
        ),
        only_ours_is_changed("resources_guide"),
        only_ours_is_changed("resources_guidetranslation"),
        only_ours_is_changed("resources_source"),
        same_group_as_guide("resources_guidetranslation"),
        same_group_as_guide("resources_source"),
    ]
