"""A PDF is compressed already: PostgreSQL need not try it once more, which took longer than keeping it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("policies", "0007_search_at_many")]

    operations = [
        migrations.RunSQL(
            'ALTER TABLE "policies_document" ALTER COLUMN "content" SET STORAGE EXTERNAL',
            'ALTER TABLE "policies_document" ALTER COLUMN "content" SET STORAGE EXTENDED',
        ),
    ]
