from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0007_communes_of_postcodes'),
    ]

    operations = [
        migrations.AddField(
            model_name='importbatch',
            name='ties',
            field=models.BinaryField(help_text='What its rows say of employers and recruiters, until that is written: see crm.imports.tying.', null=True),
        ),
        migrations.AddField(
            model_name='updatedperson',
            name='removed',
            field=models.JSONField(default=dict, help_text='What the file took the place of, to be given back.'),
        ),
    ]
