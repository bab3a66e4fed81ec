from django.db import migrations, models

import shared.sampling


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0004_states_follow_the_ledger'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='consentstate',
            index=models.Index(condition=models.Q(shared.sampling.InSample('person')), fields=['purpose', 'channel', 'granted'], include=('person', 'basis'), name='consent_state_sample'),
        ),
    ]
