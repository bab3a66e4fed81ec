from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_name_migration_runs")]

    operations = [
        migrations.AddField(
            model_name="domain",
            name="token",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="domain",
            name="lost_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
