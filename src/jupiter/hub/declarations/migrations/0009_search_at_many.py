"""Who works at many sites searches the text first, then whose it is (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view_for_many


class Migration(migrations.Migration):
    dependencies = [("declarations", "0008_in_their_order")]

    operations = [search_view_for_many("declarations_sale", site="point_of_sale_id")]
