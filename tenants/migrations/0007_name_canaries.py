from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0006_watch_domains")]

    operations = [
        migrations.AddField(
            model_name="tenant", name="is_canary", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(
            model_name="tenant",
            name="canary_sequence",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
