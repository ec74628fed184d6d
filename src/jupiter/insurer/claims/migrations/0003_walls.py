"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import wall_with_history


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_history"), ("policies", "0003_walls")]

    operations = [
        wall_with_history("claims_claim", site="producer_id"),
    ]
