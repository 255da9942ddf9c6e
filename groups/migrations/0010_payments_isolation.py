"""The ledger belongs to its group, and what is written in it stays."""

from django.db import migrations

from hrplatform.isolation import Isolate
from hrplatform.roles import APP


class Migration(migrations.Migration):
    dependencies = [("groups", "0009_payments")]

    operations = [
        Isolate("purpose"),
        Isolate("payment"),
        # The application may add and read. Of what is written only the words may go, and whom the money went to:
        # that is how a person is erased and sums stay true, and how words are sealed with a new key.
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE ON groups_payment FROM {APP};"
            f"GRANT UPDATE (payee_id, what_for) ON groups_payment TO {APP}",
            f"REVOKE UPDATE (payee_id, what_for) ON groups_payment FROM {APP};"
            f"GRANT UPDATE, DELETE ON groups_payment TO {APP}",
        ),
    ]
