import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("siteforms", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.CharField(max_length=254, verbose_name="e-mail")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("form", models.CharField(max_length=40)),
                ("page_url", models.CharField(max_length=300)),
                ("consents", models.JSONField()),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("sent_count", models.PositiveSmallIntegerField(default=0)),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_up_confirmations",
                        to="people.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmation of a sign-up",
                "verbose_name_plural": "confirmations of sign-ups",
                "indexes": [
                    models.Index(fields=["email"], name="siteforms_confirmation_email"),
                    models.Index(fields=["sent_at"], name="siteforms_confirmation_sent"),
                ],
            },
        ),
    ]
