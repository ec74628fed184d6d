"""A PDF is compressed already: PostgreSQL need not try it once more, which took longer than keeping it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("declarations", "0009_search_at_many")]

    operations = [
        migrations.RunSQL(
            'ALTER TABLE "declarations_policydocument" ALTER COLUMN "content" SET STORAGE EXTERNAL',
            'ALTER TABLE "declarations_policydocument" ALTER COLUMN "content" SET STORAGE EXTENDED',
        ),
    ]
