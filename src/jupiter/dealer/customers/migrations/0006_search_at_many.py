"""Who works at many sites searches the text first, then whose it is (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view_for_many


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_search_all")]

    operations = [search_view_for_many("customers_customer", group="group_id")]
