from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0002_support_visits"),
    ]

    operations = [
        migrations.CreateModel(
            name="SupportPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grant", models.UUIDField(unique=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
