from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("controlplane", "0010_tell_long_work")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="is_canary",
            field=models.BooleanField(db_default=False, default=False, verbose_name="canary of upgrades"),
        ),
        migrations.AddField(
            model_name="campaign",
            name="canary_sequence",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
