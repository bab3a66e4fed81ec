from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0006_fingerprints'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='places',
            field=models.JSONField(default=dict, help_text='Postcodes of several communes whose rows leave a doubt: see crm.imports.communes.'),
        ),
        migrations.AddField(
            model_name='import',
            name='communes',
            field=models.JSONField(default=dict, help_text='Postcode: the commune that it means in this file.'),
        ),
        migrations.CreateModel(
            name='CommuneChoice',
            fields=[
                ('postcode', models.CharField(max_length=5, primary_key=True, serialize=False)),
                ('commune_code', models.CharField(max_length=5)),
                ('chosen_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'commune of a postcode',
                'verbose_name_plural': 'communes of postcodes',
            },
        ),
    ]
