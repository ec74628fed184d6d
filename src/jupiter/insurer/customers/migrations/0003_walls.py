"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view, wall_with_history


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_history"), ("producers", "0003_walls")]

    operations = [
        wall_with_history("customers_account", site="producer_id"),
        search_view("customers_account", site="producer_id"),
    ]
