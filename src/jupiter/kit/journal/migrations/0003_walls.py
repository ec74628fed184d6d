"""A line of the journal exists for whose it is only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import wall


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_append_only")]

    operations = [
        wall("journal_entry", site="owner_id"),
    ]
