"""Personal tokens; and how a group is erased, its journal with it."""

import datetime
import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import hrplatform.sealing
from hrplatform.isolation import HAS_TOKEN, IS_PERSON, Isolate


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0006_meetings_isolation"),
    ]

    operations = [
        migrations.AddField(
            model_name="group",
            name="erasing_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="journalentry",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING, related_name="journal", to="groups.group"
            ),
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "name",
                    hrplatform.sealing.SealedTextField(editable=True, max_length=60, verbose_name="what it is for"),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("groups:read", "read groups, members, roles and practices"),
                                ("groups:write", "change groups, invitations and practices"),
                                ("meetings:read", "read meetings, agendas and minutes"),
                                ("meetings:write", "change meetings, agendas and minutes"),
                                ("decisions:read", "read proposals and agreements"),
                                ("decisions:write", "propose, comment and vote"),
                                ("rights:read", "read rights records and campaigns"),
                                ("rights:write", "write rights records and campaigns"),
                                ("payments:read", "read payments"),
                                ("payments:write", "write payments"),
                                ("journal:read", "read who did what"),
                                ("inbox:read", "read my inbox"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="it may",
                    ),
                ),
                ("made_on", models.DateField(default=datetime.date.today)),
                ("expires_on", models.DateField(verbose_name="works until")),
                ("last_used_on", models.DateField(blank=True, null=True)),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="groups.membership",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "token",
                "verbose_name_plural": "tokens",
                "ordering": ["-made_on", "pk"],
            },
        ),
        # Whoever holds the secret of a token sees that one row; only the person it belongs to may change it.
        Isolate(
            "apitoken", visible=f"person_id {IS_PERSON} OR token_hash {HAS_TOKEN}", writable=f"person_id {IS_PERSON}"
        ),
    ]
