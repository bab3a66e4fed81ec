import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0004_confirms_sign_ups"), ("factors", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="campaignprofile",
            name="requires_second_factor",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="every member needs a second factor"
            ),
        ),
        migrations.CreateModel(
            name="FactorEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("set_up", "second factor set up"),
                            ("removed", "second factor removed"),
                            ("reset", "second factor reset"),
                            ("codes_renewed", "recovery codes renewed"),
                            ("recovery_code", "recovery code used"),
                            ("required", "second factor required of everybody"),
                            ("not_required", "second factor no longer required"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a second factor",
                "verbose_name_plural": "events of second factors",
                "ordering": ["-at", "-id"],
            },
        ),
    ]
