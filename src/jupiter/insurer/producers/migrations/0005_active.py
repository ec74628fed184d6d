"""Which producers a client speaks for is asked before any wall can be entered."""

from django.db import migrations

from jupiter.kit.walls import view_of_keys


class Migration(migrations.Migration):
    dependencies = [("producers", "0004_reconciliation_scope")]

    operations = [
        view_of_keys("producers_active", of="producers_producer", where="is_active"),
    ]
