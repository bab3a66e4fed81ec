from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('segments', '0003_more_kinds_of_change'),
    ]

    operations = [
        migrations.AddField(
            model_name='peoplelist',
            name='is_written',
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
