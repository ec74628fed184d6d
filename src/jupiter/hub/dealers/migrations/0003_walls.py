"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import wall_with_history


class Migration(migrations.Migration):
    dependencies = [("dealers", "0002_history")]

    operations = [
        wall_with_history("dealers_pointofsale", site="id", group="group_id"),
        wall_with_history("dealers_profile", through=("point_of_sale_id", "dealers_pointofsale")),
        wall_with_history("dealers_guarantoraccount", through=("profile_id", "dealers_profile")),
    ]
