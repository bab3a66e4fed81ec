import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaign_archives", "0001_initial"),
        ("controlplane", "0009_tell_upgrades"),
    ]

    operations = [
        migrations.CreateModel(
            name="MoveAgreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "uuid",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="identifier"),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason given")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Not answered yet"),
                            ("agreed", "Agreed"),
                            ("refused", "Refused"),
                            ("withdrawn", "Taken back"),
                            ("used", "Agreed, and moved"),
                            ("expired", "Expired"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("asked_by_id", models.BigIntegerField(blank=True, null=True, verbose_name="account")),
                ("asked_at", models.DateTimeField(verbose_name="asked for on")),
                ("ends_at", models.DateTimeField(verbose_name="holds until")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered on")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="move_agreements",
                        to="controlplane.campaign",
                        verbose_name="campaign",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="controlplane.region",
                        verbose_name="region asked for",
                    ),
                ),
            ],
            options={
                "verbose_name": "agreement to a move",
                "verbose_name_plural": "agreements to moves",
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("asked", "agreed"))),
                        fields=("campaign",),
                        name="campaign_archives_one_agreement",
                    )
                ],
            },
        ),
    ]
