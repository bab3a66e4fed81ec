import django.db.models.deletion
from django.db import migrations, models


def _person(related_name):
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to='people.person'
    )


class Migration(migrations.Migration):
    """Rows of people are never deleted: checking the key of each address costs an import more than the address."""

    dependencies = [
        ('people', '0010_erasure_requests'),
    ]

    operations = [
        migrations.AlterField(model_name='emailaddress', name='person', field=_person('emails')),
        migrations.AlterField(model_name='phonenumber', name='person', field=_person('phones')),
        migrations.AlterField(model_name='postaladdress', name='person', field=_person('addresses')),
    ]
