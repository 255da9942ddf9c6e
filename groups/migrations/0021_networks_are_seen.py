from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("groups", "0020_affiliations_isolation")]

    operations = [
        migrations.AddConstraint(
            model_name="group",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "network"), _negated=True),
                    models.Q(models.Q(("visibility", "unlisted"), _negated=True), ("network", None)),
                    _connector="OR",
                ),
                name="group_networks_are_seen",
            ),
        ),
    ]
