from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0004_column_rules'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='trial',
            field=models.JSONField(default=dict, help_text='What a dry run of the whole file found; empty once the draft is changed.'),
        ),
    ]
