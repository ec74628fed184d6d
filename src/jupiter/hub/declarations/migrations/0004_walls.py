"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view, wall, wall_with_history


class Migration(migrations.Migration):
    dependencies = [("declarations", "0003_launch_return_url"), ("dealers", "0003_walls")]

    operations = [
        wall_with_history("declarations_sale", site="point_of_sale_id"),
        search_view("declarations_sale", site="point_of_sale_id"),
        wall("declarations_correction", through=("sale_id", "declarations_sale")),
        wall("declarations_declarationversion", through=("sale_id", "declarations_sale")),
        wall_with_history("declarations_policydocument", through=("sale_id", "declarations_sale")),
    ]
