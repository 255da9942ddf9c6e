"""What must hold of decisions, said by the database itself: constraints, indexes, and each group sees its own."""

from django.db import migrations, models

from hrplatform.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [("groups", "0022_decisions")]

    operations = [
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["group", "state", "closes_at"], name="proposal_by_state"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_at__gt", models.F("opens_at"))), name="proposal_closes_after_opening"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("quorum_percent__lte", 100)), name="proposal_quorum_is_a_share"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("seats__gte", 1), ("seats__lte", 20)), name="proposal_seats_are_few"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("method", "consent"), _negated=True), ("is_secret", False), _connector="OR"
                ),
                name="proposal_consent_is_in_the_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False), ("state", "closed"), models.Q(("outcome", ""), _negated=True)
                    ),
                    models.Q(("closed_at__isnull", False), ("outcome", ""), ("state", "withdrawn")),
                    models.Q(("closed_at", None), ("outcome", ""), ("state__in", ["draft", "open"])),
                    _connector="OR",
                ),
                name="proposal_has_an_outcome_when_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("carried_out_at", None), ("outcome", "adopted"), _connector="OR"),
                name="proposal_carried_out_when_adopted",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("effect", "none"),
                    models.Q(("effect", "fill_role"), ("method", "ranked")),
                    models.Q(
                        models.Q(("effect", "fill_role"), _negated=True), ("method__in", ["consent", "two_thirds"])
                    ),
                    _connector="OR",
                ),
                name="proposal_weighty_needs_strong_method",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("effect__in", ["fill_role", "remove_member", "affiliate", "leave_network"]), _negated=True
                    ),
                    ("effect_on__isnull", False),
                    _connector="OR",
                ),
                name="proposal_effect_on_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="participation",
            constraint=models.UniqueConstraint(fields=("proposal", "membership"), name="participation_once_per_voter"),
        ),
        migrations.AddConstraint(
            model_name="option",
            constraint=models.UniqueConstraint(fields=("proposal", "position"), name="option_position_once"),
        ),
        migrations.AddConstraint(
            model_name="option",
            constraint=models.UniqueConstraint(
                condition=models.Q(("membership", None), _negated=True),
                fields=("proposal", "membership"),
                name="option_candidate_once",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["proposal", "written_at"], name="comment_by_proposal"),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("membership", None), _negated=True),
                fields=("proposal", "membership"),
                name="ballot_once_per_voter",
            ),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_secret", False), ("membership", None), _connector="OR"),
                name="ballot_secret_has_no_voter",
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["group", "ended_on", "agreed_on"], name="agreement_by_group"),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_on", None), ("ended_on__gte", models.F("agreed_on")), _connector="OR"),
                name="agreement_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("replaced_by", None), ("ended_on__isnull", False), _connector="OR"),
                name="agreement_replaced_is_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="tellerentry",
            constraint=models.UniqueConstraint(fields=("proposal", "teller"), name="teller_entry_once_per_teller"),
        ),
        Isolate("agreement"),
        Isolate("proposal"),
        Isolate("participation"),
        Isolate("option"),
        Isolate("comment"),
        Isolate("ballot"),
        Isolate("tellerentry"),
    ]
