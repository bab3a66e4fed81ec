from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="campaigndomain",
            name="closes_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="closed on, its proof is missing"),
        ),
        migrations.AddField(
            model_name="campaigndomain",
            name="checked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="looked at"),
        ),
    ]
