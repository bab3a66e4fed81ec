from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0005_sample_of_states'),
    ]

    operations = [
        migrations.AddField(
            model_name='consententry',
            name='given_on',
            field=models.DateField(null=True),
        ),
    ]
