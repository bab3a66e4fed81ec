from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0004_states_follow_the_ledger'),
    ]

    operations = [
        migrations.AddField(
            model_name='consententry',
            name='given_on',
            field=models.DateField(null=True),
        ),
    ]
