"""A transmission exists for whose it is only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import wall


class Migration(migrations.Migration):
    dependencies = [("transmissions", "0001_initial")]

    operations = [
        wall("transmissions_transmission", site="owner_id"),
        wall("transmissions_attempt", through=("transmission_id", "transmissions_transmission")),
    ]
