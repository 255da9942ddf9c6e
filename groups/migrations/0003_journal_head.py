from django.db import migrations

import hrplatform.sealing


class Migration(migrations.Migration):
    dependencies = [("groups", "0002_isolation")]

    operations = [
        migrations.AddField(
            model_name="group",
            name="journal_head",
            field=hrplatform.sealing.SealedTextField(blank=True, default="", editable=True),
        ),
    ]
