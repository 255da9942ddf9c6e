"""Who sees who asked to be let in; and listed groups are named to members of groups only, as their page says."""

from django.db import migrations

from hrplatform.isolation import IN_GROUPS, IS_PERSON, PERSON, Isolate, on_errand

OURS = f"group_id {IN_GROUPS}"
SOMEONE_IS_SIGNED_IN = f"(SELECT nullif(current_setting('{PERSON}', true), '')) IS NOT NULL"
SOMEONE_IS_A_MEMBER = f"EXISTS (SELECT 1 FROM groups_membership WHERE person_id {IS_PERSON} AND left_on IS NULL)"  # noqa: S608


def reading(whom: str) -> str:
    return (
        "ALTER POLICY isolated_reading ON groups_group USING ("
        f"id {IN_GROUPS} OR visibility = 'public' OR (visibility = 'listed' AND {whom}) OR {on_errand('upkeep')})"
    )


class Migration(migrations.Migration):
    dependencies = [("groups", "0017_joining_roles_and_offers")]

    operations = [
        # Whoever asked sees how it stands; the group's members decide.
        Isolate("application", visible=f"{OURS} OR person_id {IS_PERSON}", writable=OURS),
        Isolate("offer"),
        Isolate("backing"),
        # An account can now be there before any group is: it must not read the list of those that are not public.
        migrations.RunSQL(reading(SOMEONE_IS_A_MEMBER), reading(SOMEONE_IS_SIGNED_IN)),
    ]
