from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0003_rows_read'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='rules',
            field=models.JSONField(default=dict, help_text='For people who are known: number of the column, and its own rule.'),
        ),
    ]
