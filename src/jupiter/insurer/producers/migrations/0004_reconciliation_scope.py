"""Distributors may compare what the insurer holds of their own quotes with what they hold."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("producers", "0003_walls")]

    operations = [
        migrations.RunSQL(
            "UPDATE producers_apiclient SET scopes = scopes || ' reconciliation' WHERE is_distributor AND scopes NOT LIKE '%reconciliation%'",
            "UPDATE producers_apiclient SET scopes = replace(scopes, ' reconciliation', '') WHERE is_distributor",
        ),
    ]
