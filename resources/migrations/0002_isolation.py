"""Published rows can be read by anybody; drafts, and every change, are the own group's."""

from django.db import migrations

from hrplatform.isolation import IN_GROUPS, Isolate

OURS = f"group_id {IN_GROUPS}"
# A guide outlives its group: the group may let go of it, nobody may take it.
OURS_OR_LET_GO = f"{OURS} OR group_id IS NULL"


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
            Isolate(model, visible=f"is_published OR {OURS}", writable=OURS, afterwards=OURS_OR_LET_GO)
            for model in ("guide", "guidetranslation", "source")
        ),
        same_group_as_guide("resources_guidetranslation"),
        same_group_as_guide("resources_source"),
    ]
