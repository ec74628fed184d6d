"""Who looks after all dealers searches by the index too (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view_for_all


class Migration(migrations.Migration):
    dependencies = [("quotes", "0004_search_by_owner")]

    operations = [search_view_for_all("quotes_job")]
