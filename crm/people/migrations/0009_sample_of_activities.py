from django.db import migrations, models

import shared.sampling


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0008_saved_views'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(shared.sampling.InSample('person')), fields=['kind', '-at'], include=('person',), name='people_activity_sample'),
        ),
    ]
