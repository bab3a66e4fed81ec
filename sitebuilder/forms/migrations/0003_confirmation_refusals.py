from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("siteforms", "0002_confirmations")]

    operations = [
        migrations.AddField("confirmation", "held_back_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="ConfirmationRefusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_hash", models.BinaryField(max_length=32, unique=True)),
                ("refused_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "refusal of confirmations",
                "verbose_name_plural": "refusals of confirmations",
            },
        ),
    ]
