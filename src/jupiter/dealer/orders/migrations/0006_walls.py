"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view, wall, wall_with_history


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_deposit_paid_on"), ("vehicles", "0004_walls")]

    operations = [
        wall_with_history("orders_order", site="site_id"),
        search_view("orders_order", site="site_id"),
        wall_with_history("orders_orderbuyer", through=("order_id", "orders_order")),
        wall_with_history("orders_orderfee", through=("order_id", "orders_order")),
        wall_with_history("orders_orderdeposit", through=("order_id", "orders_order")),
        wall("orders_orderpaper", through=("order_id", "orders_order")),
    ]
