from django.db import migrations, models
from django.db.models import F


def count_rows(apps, schema_editor):
    apps.get_model("imports", "ImportBatch").objects.update(rows=F("rows") - F("number"))


class Migration(migrations.Migration):
    """A batch is a numbered part of the file, whatever the rows that were moved to it; the plan says which ones."""

    dependencies = [("imports", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("importbatch", "imports_importbatch_once"),
        migrations.RenameField("importbatch", "start", "number"),
        migrations.RenameField("importbatch", "end", "rows"),
        migrations.RunPython(count_rows, migrations.RunPython.noop),
        migrations.AddConstraint(
            "importbatch", models.UniqueConstraint(fields=["import_run", "number"], name="imports_importbatch_once")
        ),
        migrations.AddField(
            "import",
            "plan",
            models.CharField(blank=True, default="", help_text="Beside the file, while rows are left to write.", max_length=200),
            preserve_default=False,
        ),
    ]
