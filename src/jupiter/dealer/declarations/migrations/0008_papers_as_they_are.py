"""A PDF is compressed already: PostgreSQL need not try it once more, which took longer than keeping it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("declarations", "0007_by_arrival")]

    operations = [
        migrations.RunSQL(
            'ALTER TABLE "declarations_keptdocument" ALTER COLUMN "content" SET STORAGE EXTERNAL',
            'ALTER TABLE "declarations_keptdocument" ALTER COLUMN "content" SET STORAGE EXTENDED',
        ),
    ]
