from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0008_ties'),
    ]

    operations = [
        migrations.AddField(
            model_name='importissue',
            name='person_id',
            field=models.BigIntegerField(help_text='Whom the line is about, where somebody is.', null=True),
        ),
        migrations.AddIndex(
            model_name='importissue',
            index=models.Index(condition=models.Q(('person_id__isnull', False)), fields=['person_id'], name='imports_issue_person'),
        ),
    ]
