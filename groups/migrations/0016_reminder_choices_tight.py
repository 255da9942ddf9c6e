"""The single lead goes; what may be chosen is known to the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("groups", "0015_reminder_choices_filled")]

    operations = [
        migrations.RemoveField(
            model_name="membership",
            name="reminder_lead",
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("reminder_leads__contained_by", [60, 180, 1440, 2880, 10080])),
                name="membership_known_leads",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("reminder_channels__contained_by", ["in_app", "email", "push"])),
                name="membership_known_channels",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from", None), ("quiet_until", None)),
                    models.Q(
                        ("quiet_from__isnull", False),
                        ("quiet_until__isnull", False),
                        models.Q(("quiet_from", models.F("quiet_until")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="person_quiet_hours_are_whole",
            ),
        ),
    ]
