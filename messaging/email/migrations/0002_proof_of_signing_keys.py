from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("email", "0001_initial")]

    operations = [
        migrations.AddField("signingkey", "proved_at", models.DateTimeField(null=True)),
        migrations.AddField("signingkey", "missed_at", models.DateTimeField(null=True)),
        migrations.AddField("signingkey", "checked_at", models.DateTimeField(null=True)),
        migrations.AddField("signingkey", "findings", models.JSONField(blank=True, default=dict)),
        migrations.RemoveConstraint("signingkey", "email_signingkey_single"),
        migrations.AddConstraint(
            "signingkey",
            models.CheckConstraint(condition=models.Q(id__in=(1, 2)), name="email_signingkey_two"),
        ),
        # A key that is there signs already.
        migrations.RunSQL(
            "UPDATE email_signingkey SET proved_at = created_at WHERE proved_at IS NULL", migrations.RunSQL.noop
        ),
    ]
