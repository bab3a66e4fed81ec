from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0003_support_permissions")]

    operations = [
        migrations.AddField(
            model_name="campaignprofile",
            name="confirms_sign_ups",
            field=models.BooleanField(
                db_default=True, default=True, verbose_name="confirmation of sign-ups by e-mail"
            ),
        ),
    ]
