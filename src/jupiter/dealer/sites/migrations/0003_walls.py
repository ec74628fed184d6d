"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import wall_with_history


class Migration(migrations.Migration):
    dependencies = [("sites", "0002_history")]

    operations = [
        wall_with_history("sites_site", site="id", group="group_id"),
        wall_with_history("sites_group", group="id"),
        wall_with_history("sites_sitefee", through=("site_id", "sites_site")),
    ]
