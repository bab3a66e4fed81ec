from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0005_second_factor")]

    operations = [
        migrations.AddField(
            model_name="campaignprofile",
            name="measures_messages",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="measure openings and clicks for those who agreed"
            ),
        ),
    ]
