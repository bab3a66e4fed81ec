from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0001_initial")]

    operations = [
        # Each row is written again once, with its outcome: beside itself, without touching an index.
        migrations.RunSQL(
            "ALTER TABLE deliveries_delivery SET (fillfactor = 70)",
            "ALTER TABLE deliveries_delivery RESET (fillfactor)",
        ),
    ]
