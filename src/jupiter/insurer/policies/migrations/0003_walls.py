"""A dealer's rows exist for that dealer only (kit.walls)."""

from django.db import migrations

from jupiter.kit.walls import search_view, wall, wall_with_history


class Migration(migrations.Migration):
    dependencies = [("policies", "0002_history"), ("quotes", "0003_walls")]

    operations = [
        wall_with_history("policies_policy", site="producer_id"),
        search_view("policies_policy", site="producer_id"),
        wall_with_history("policies_statementline", site="producer_id"),
        wall("policies_policytransaction", through=("policy_id", "policies_policy")),
        wall("policies_document", through=("policy_id", "policies_policy")),
        wall("policies_viewing", through=("policy_id", "policies_policy")),
    ]
