"""A row that both sides of an affiliation see; what goes with a group goes past what whoever removes it may see."""

from django.db import migrations

from hrplatform.isolation import ERRAND, IN_GROUPS, Isolate, on_delete

EITHER_SIDE = f"group_id {IN_GROUPS} OR network_id {IN_GROUPS}"


class Migration(migrations.Migration):
    dependencies = [("groups", "0019_affiliations")]

    operations = [
        Isolate("affiliation", visible=EITHER_SIDE),
        on_delete("groups_affiliation", "network_id", "groups_group", "CASCADE"),
        on_delete("groups_payment", "group_id", "groups_group", "CASCADE"),
        # Until now a network could be unlisted. Forced policies hold for the owner too, hence the errand.
        migrations.RunSQL(
            f"SELECT set_config('{ERRAND}', 'upkeep', true);"  # noqa: S608 (constants of ours)
            "UPDATE groups_group SET visibility = 'listed' WHERE kind = 'network' AND visibility = 'unlisted';"
            "UPDATE groups_group SET network_id = NULL WHERE kind = 'network';"
            f"SELECT set_config('{ERRAND}', '', true)",
            migrations.RunSQL.noop,
        ),
    ]
