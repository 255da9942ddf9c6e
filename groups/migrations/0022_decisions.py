"""Proposals, who took part, ballots apart from them, comments, agreements; each group sees its own."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import hrplatform.sealing


class Migration(migrations.Migration):
    dependencies = [("groups", "0021_networks_are_seen")]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("title", hrplatform.sealing.SealedTextField(editable=True, max_length=120, verbose_name="title")),
                (
                    "text",
                    hrplatform.sealing.SealedTextField(
                        blank=True, default="", editable=True, max_length=4000, verbose_name="what we agreed"
                    ),
                ),
                ("agreed_on", models.DateField(verbose_name="since")),
                ("look_again_on", models.DateField(blank=True, null=True, verbose_name="look at it again on")),
                ("put_up_for", models.DateField(blank=True, null=True)),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="agreements", to="groups.group"
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="before",
                        to="groups.agreement",
                    ),
                ),
            ],
            options={
                "verbose_name": "agreement",
                "verbose_name_plural": "agreements",
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("title", hrplatform.sealing.SealedTextField(editable=True, max_length=120, verbose_name="title")),
                (
                    "text",
                    hrplatform.sealing.SealedTextField(
                        blank=True, default="", editable=True, max_length=4000, verbose_name="what it is about"
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("consent", "consent"),
                            ("majority", "majority"),
                            ("two_thirds", "two thirds"),
                            ("score", "points"),
                            ("ranked", "ranking"),
                        ],
                        default="consent",
                        max_length=10,
                        verbose_name="how we decide",
                    ),
                ),
                ("is_secret", models.BooleanField(default=False, verbose_name="secret ballot")),
                ("quorum_percent", models.PositiveSmallIntegerField(default=0, verbose_name="how many must take part")),
                ("seats", models.PositiveSmallIntegerField(default=1, verbose_name="places to fill")),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("none", "nothing: people do it"),
                            ("fill_role", "the role is given for a term"),
                            ("remove_member", "the member is removed"),
                            ("convert", "the group changes its form"),
                            ("affiliate", "the group asks to join the network"),
                            ("leave_network", "the group leaves its network"),
                            ("allies_vote", "the rule about allies and voting changes"),
                            ("erase_group", "the group and everything it holds is erased"),
                        ],
                        default="none",
                        max_length=14,
                        verbose_name="what follows",
                    ),
                ),
                ("effect_on", models.UUIDField(blank=True, null=True)),
                ("term_ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                ("makes_agreement", models.BooleanField(default=False, verbose_name="keep it as an agreement")),
                ("look_again_months", models.PositiveSmallIntegerField(default=0, verbose_name="look at it again")),
                ("opens_at", models.DateTimeField(verbose_name="voting opens")),
                ("closes_at", models.DateTimeField(verbose_name="voting closes")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "being talked over"),
                            ("open", "open for voting"),
                            ("closed", "closed"),
                            ("withdrawn", "taken back"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("adopted", "adopted"),
                            ("rejected", "not adopted"),
                            ("no_quorum", "too few took part"),
                        ],
                        default="",
                        max_length=9,
                        verbose_name="outcome",
                    ),
                ),
                ("result", hrplatform.sealing.SealedTextField(blank=True, default="", editable=True)),
                (
                    "outcome_statement",
                    hrplatform.sealing.SealedTextField(
                        blank=True, default="", editable=True, max_length=2000, verbose_name="what came of it"
                    ),
                ),
                ("carried_out_at", models.DateTimeField(blank=True, null=True)),
                ("lot_seed", hrplatform.sealing.SealedTextField(blank=True, default="", editable=True)),
                (
                    "again_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="put_again",
                        to="groups.proposal",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proposals", to="groups.group"
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="groups.agreement",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="proposals",
                        to="groups.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposal",
                "verbose_name_plural": "proposals",
            },
        ),
        migrations.CreateModel(
            name="Participation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("took_part", models.BooleanField(default=False)),
                (
                    "group",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="groups.group"),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="groups.membership",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="participations", to="groups.proposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "participation",
                "verbose_name_plural": "participations",
            },
        ),
        migrations.CreateModel(
            name="Option",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "label",
                    hrplatform.sealing.SealedTextField(
                        blank=True, default="", editable=True, max_length=120, verbose_name="words"
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("stands", "stands"), ("asked", "was asked"), ("declined", "does not stand")],
                        default="stands",
                        max_length=8,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="groups.group"),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="groups.membership",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="options", to="groups.proposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "option",
                "verbose_name_plural": "options",
                "ordering": ["proposal", "position"],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "text",
                    hrplatform.sealing.SealedTextField(
                        editable=True, max_length=2000, verbose_name="what you want to say"
                    ),
                ),
                ("written_at", models.DateTimeField(auto_now_add=True)),
                (
                    "group",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="groups.group"),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="groups.membership",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="groups.proposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
                "ordering": ["written_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("is_secret", models.BooleanField()),
                ("choice", hrplatform.sealing.SealedTextField(editable=True)),
                ("reason", hrplatform.sealing.SealedTextField(blank=True, default="", editable=True, max_length=1000)),
                (
                    "group",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="groups.group"),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="groups.membership",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ballots", to="groups.proposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "ballot",
                "verbose_name_plural": "ballots",
            },
        ),
        migrations.AddField(
            model_name="agreement",
            name="proposal",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="agreements", to="groups.proposal"
            ),
        ),
        migrations.CreateModel(
            name="TellerEntry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("content", hrplatform.sealing.SealedTextField(editable=True)),
                (
                    "group",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="groups.group"),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="teller_entries", to="groups.proposal"
                    ),
                ),
                (
                    "teller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="groups.membership"
                    ),
                ),
            ],
            options={
                "verbose_name": "teller's count",
                "verbose_name_plural": "tellers' counts",
            },
        ),
    ]
