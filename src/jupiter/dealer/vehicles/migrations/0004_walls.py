"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view, wall_with_history


class Migration(migrations.Migration):
    dependencies = [("vehicles", "0003_creation_key"), ("sites", "0003_walls")]

    operations = [
        wall_with_history("vehicles_vehicle", site="site_id"),
        search_view("vehicles_vehicle", site="site_id"),
        wall_with_history("vehicles_vehiclecost", through=("vehicle_id", "vehicles_vehicle")),
    ]
