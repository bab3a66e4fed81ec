from django.db import migrations

COLUMNS = ("created_ids", "known_ids", "fingerprints", "ties")


def stored(how):
    columns = ", ".join(f"ALTER COLUMN {column} SET STORAGE {how}" for column in COLUMNS)
    return f"ALTER TABLE imports_importbatch {columns}"


class Migration(migrations.Migration):
    """Numbers and hashes by the hundred thousand: packing them takes a second of a million rows, while other chunks wait."""

    dependencies = [("imports", "0009_whom_lines_are_about")]

    operations = [migrations.RunSQL(stored("EXTERNAL"), stored("EXTENDED"))]
