from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0004_fill_counts_of_batches")]

    operations = [
        migrations.CreateModel(
            name="QuietHours",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("starts_at", models.TimeField(verbose_name="from")),
                ("ends_at", models.TimeField(verbose_name="until")),
            ],
            options={
                "verbose_name": "quiet hours",
                "verbose_name_plural": "quiet hours",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="deliveries_quiethours_single")
                ],
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="vote")),
                ("day", models.DateField(unique=True, verbose_name="day")),
                (
                    "overseas_day_before",
                    models.BooleanField(
                        default=False, verbose_name="the Americas and Polynesia vote on the day before"
                    ),
                ),
            ],
            options={"verbose_name": "vote", "verbose_name_plural": "votes", "ordering": ["day"]},
        ),
        migrations.AlterField(
            model_name="delivery",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", ""),
                    ("bad_address", "The address does not exist"),
                    ("mailbox_full", "The mailbox is full"),
                    ("blocked", "Refused by the receiver's rules"),
                    ("too_large", "The message is too large for the receiver"),
                    ("refused", "Refused without a stated reason"),
                    ("later", "The receiver asked us to come back later"),
                    ("gave_up", "Still not accepted after several attempts"),
                    ("connection", "The connection broke at the moment of handing over"),
                    ("killed", "Sending was cut off at the moment of handing over"),
                    ("not_permitted", "No longer agrees to this message"),
                    ("unsubscribed", "Unsubscribed before it left"),
                    ("no_address", "No usable address any more"),
                    ("stopped", "The sending was stopped"),
                    ("silence", "Waits for the end of the election silence"),
                    ("quiet_hours", "Waits for the hours when you send"),
                ],
                default="",
                max_length=16,
            ),
        ),
    ]
