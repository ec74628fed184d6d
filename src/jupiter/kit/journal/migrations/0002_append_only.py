"""What was noted stays noted: the database refuses to change or remove a line of the journal."""

from django.db import migrations

RAISE = """
    CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_entry
        FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
"""
LOWER = "DROP TRIGGER append_only ON journal_entry; DROP FUNCTION journal_is_append_only();"


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunSQL(RAISE, LOWER)]
