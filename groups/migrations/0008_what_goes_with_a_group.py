"""What goes when a group goes, past what whoever removes it may see or remove."""

from django.db import migrations

from hrplatform.isolation import on_delete


class Migration(migrations.Migration):
    dependencies = [("groups", "0007_tokens_and_erasing")]

    operations = [
        on_delete("groups_apitoken", "membership_id", "groups_membership", "CASCADE"),
        # The application may add to a journal and never remove from it. It goes with its group's row, whole.
        on_delete("groups_journalentry", "group_id", "groups_group", "CASCADE"),
        # Groups of a network stay when the network goes, and are not seen by whoever removes it.
        on_delete("groups_group", "network_id", "groups_group", "SET NULL"),
    ]
