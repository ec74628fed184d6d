"""Who works at many sites searches the text first, then whose it is (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view_for_many


class Migration(migrations.Migration):
    dependencies = [("policies", "0006_search_all")]

    operations = [search_view_for_many("policies_policy", site="producer_id")]
