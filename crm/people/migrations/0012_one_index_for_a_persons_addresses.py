from django.db import migrations, models
from django.db.models import Case, F, Value, When


def _one_index(model, constraint, index):
    rank = Case(When(is_primary=True, then=Value(0)), default=F('id'), output_field=models.BigIntegerField())
    return [
        migrations.RemoveConstraint(model_name=model, name=constraint),
        migrations.AddConstraint(model_name=model, constraint=models.UniqueConstraint(models.F('person'), rank, name=constraint)),
        migrations.RemoveIndex(model_name=model, name=index),
    ]


class Migration(migrations.Migration):
    """That only one is primary, and whose they are, is told by the same index."""

    dependencies = [
        ('people', '0011_addresses_without_keys'),
    ]

    operations = [
        *_one_index('emailaddress', 'people_email_primary', 'people_email_person'),
        *_one_index('postaladdress', 'people_address_primary', 'people_address_person'),
    ]
