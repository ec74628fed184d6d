"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import wall_with_history


class Migration(migrations.Migration):
    dependencies = [("producers", "0002_history")]

    operations = [
        wall_with_history("producers_producer", site="id"),
    ]
