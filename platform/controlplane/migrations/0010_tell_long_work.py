from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("controlplane", "0009_tell_upgrades")]

    operations = [
        migrations.AddField(
            model_name="healthrecord",
            name="long_queue_depth",
            field=models.PositiveIntegerField(db_default=0, verbose_name="long work waiting"),
        ),
    ]
