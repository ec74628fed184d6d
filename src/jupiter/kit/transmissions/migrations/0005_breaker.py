"""When an open breaker last let one through."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transmissions", "0004_trace")]

    operations = [
        migrations.AddField(
            model_name="partnertrouble",
            name="probed_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
    ]
