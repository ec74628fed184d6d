"""Whose a row is, is never unknown: behind the wall it would be nobody's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transmissions", "0002_walls")]

    operations = [migrations.AlterField(model_name="transmission", name="owner_id", field=models.BigIntegerField())]
