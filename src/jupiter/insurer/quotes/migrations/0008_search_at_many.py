"""Who works at many sites searches the text first, then whose it is (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view_for_many


class Migration(migrations.Migration):
    dependencies = [("quotes", "0007_in_their_order")]

    operations = [search_view_for_many("quotes_job", site="producer_id")]
