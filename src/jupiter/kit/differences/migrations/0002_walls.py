"""A difference exists for whose it is only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import wall, wall_with_history


class Migration(migrations.Migration):
    dependencies = [("differences", "0001_initial")]

    operations = [
        wall("differences_comparison", site="owner_id"),
        wall_with_history("differences_difference", site="owner_id"),
    ]
