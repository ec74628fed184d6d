"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import wall, wall_with_history


class Migration(migrations.Migration):
    dependencies = [("declarations", "0004_declared_meanwhile"), ("orders", "0006_walls")]

    operations = [
        wall_with_history("declarations_saleathub", through=("order_id", "orders_order")),
        wall("declarations_keptdocument", through=("sale_id", "declarations_saleathub")),
        wall_with_history("declarations_hubgrant", site="site_id"),
    ]
