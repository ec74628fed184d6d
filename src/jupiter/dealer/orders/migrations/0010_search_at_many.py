"""Who works at many sites searches the text first, then whose it is (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view_for_many


class Migration(migrations.Migration):
    dependencies = [("orders", "0009_to_close")]

    operations = [search_view_for_many("orders_order", site="site_id")]
