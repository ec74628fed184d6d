"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view, wall_with_history


class Migration(migrations.Migration):
    dependencies = [("quotes", "0002_history"), ("customers", "0003_walls")]

    operations = [
        wall_with_history("quotes_job", site="producer_id"),
        search_view("quotes_job", site="producer_id"),
        wall_with_history("quotes_offer", through=("job_id", "quotes_job")),
    ]
