"""Which request a transmission goes back to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transmissions", "0003_always_owned")]

    operations = [
        migrations.AddField(model_name="transmission", name="trace", field=models.CharField(blank=True, db_default="", max_length=32)),
    ]
