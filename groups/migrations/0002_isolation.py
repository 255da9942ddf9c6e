"""Who sees which rows, decided by the database itself."""

from django.db import migrations

from hrplatform.isolation import HAS_TOKEN, IN_GROUPS, IS_PERSON, PERSON, Isolate, on_errand
from hrplatform.roles import APP

SOMEONE_IS_SIGNED_IN = f"(SELECT nullif(current_setting('{PERSON}', true), '')) IS NOT NULL"
OURS = f"group_id {IN_GROUPS}"


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_initial")]

    operations = [
        Isolate(
            "group",
            # Public groups have a page; listed ones are named to whoever is signed in; keys are rotated on an errand.
            visible=f"id {IN_GROUPS} OR visibility = 'public'"
            f" OR (visibility = 'listed' AND {SOMEONE_IS_SIGNED_IN}) OR {on_errand('upkeep')}",
            writable=f"id {IN_GROUPS} OR {on_errand('upkeep')}",
        ),
        # A person finds their own memberships before any group is in the context: that is how it is filled.
        Isolate("membership", visible=f"{OURS} OR person_id {IS_PERSON}", writable=OURS),
        Isolate("role"),
        Isolate("roleterm"),
        # Whoever holds the secret of a link sees that one invitation.
        Isolate("invitation", visible=f"{OURS} OR token_hash {HAS_TOKEN}", writable=OURS),
        Isolate("meetingseries"),
        Isolate("meeting"),
        # The clock claims across groups; a person keeps an inbox after leaving a group.
        Isolate("reminder", visible=f"{OURS} OR person_id {IS_PERSON} OR {on_errand('delivery')}"),
        Isolate("journalentry"),
        # What is written in the journal stays: the application may add and read, nothing else.
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE ON groups_journalentry FROM {APP}",
            f"GRANT UPDATE, DELETE ON groups_journalentry TO {APP}",
        ),
    ]
