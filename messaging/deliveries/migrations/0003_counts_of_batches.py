from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0002_leave_room_for_outcomes")]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="counts",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
    ]
