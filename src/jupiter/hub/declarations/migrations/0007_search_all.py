"""Who looks after all dealers searches by the index too (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view_for_all


class Migration(migrations.Migration):
    dependencies = [("declarations", "0006_what_waits")]

    operations = [search_view_for_all("declarations_sale")]
