"""A kept answer exists for the client that asked only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import wall


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial")]

    operations = [
        wall("inbox_keptanswer", client="client_id"),
    ]
