"""Who reads practices, rights records and campaigns: their group; of what is shared, whom it is shared with."""

from django.db import migrations

from hrplatform.isolation import GROUPS, IN_GROUPS, Isolate, on_delete, on_errand

OURS = f"group_id {IN_GROUPS}"
A_MEMBER_IS_SIGNED_IN = f"(SELECT nullif(current_setting('{GROUPS}', true), '')) IS NOT NULL"
# The network itself, and the groups in it. `network_id` is empty as soon as the sharing group has left.
MY_NETWORKS = f"SELECT network_id FROM groups_group WHERE id {IN_GROUPS}"  # noqa: S608 (no words from outside)
IN_ITS_NETWORK = f"(network_id {IN_GROUPS} OR network_id IN ({MY_NETWORKS}))"
STILL_PUBLIC = "EXISTS (SELECT 1 FROM groups_group WHERE groups_group.id = group_id AND visibility = 'public')"


def stays_in_its_network(table: str) -> migrations.RunSQL:
    """A row shared with a network names the network of its own group, and stops doing so when the group leaves."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_its_network FOREIGN KEY (group_id, network_id)"
        " REFERENCES groups_group (id, network_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_its_network",
    )


class Migration(migrations.Migration):
    dependencies = [("groups", "0012_rights_and_campaigns")]

    operations = [
        *(
            Isolate(model)
            for model in (
                "practice",
                "practicecomment",
                "rightsrecord",
                "campaign",
                "campaignaction",
                "campaignrecord",
            )
        ),
        # A visitor and the operator are no members of anything: they read none of these.
        Isolate(
            "sharedpractice",
            visible=f"{OURS} OR (audience = 'everyone' AND {A_MEMBER_IS_SIGNED_IN})"
            f" OR (audience = 'network' AND {IN_ITS_NETWORK})",
            writable=OURS,
        ),
        # Who carries what on is counted across groups, and shown to none of them.
        Isolate("carrying", visible=f"{OURS} OR {on_errand('spread')}", writable=OURS),
        # On the public page as long as the group is public.
        Isolate(
            "sharedcampaign",
            visible=f"{OURS} OR (audience = 'public' AND {STILL_PUBLIC})"
            f" OR (audience = 'network' AND {IN_ITS_NETWORK})",
            writable=OURS,
        ),
        stays_in_its_network("groups_sharedpractice"),
        stays_in_its_network("groups_sharedcampaign"),
        # A group may take its shared practice back, or be erased, without seeing who refers to it.
        on_delete("groups_sharedpractice", "came_from_id", "groups_sharedpractice", "SET NULL"),
        on_delete("groups_carrying", "shared_id", "groups_sharedpractice", "SET NULL"),
    ]
