from django.db import migrations, models
from django.db.models import Case, F, Value, When

import shared.numbering

KINDS = {
    'emailaddress': ('people_email_primary', '(person_id, (CASE WHEN is_primary THEN 0::bigint ELSE id END))', ''),
    'phonenumber': ('people_phone_primary', '(person_id)', ' WHERE is_primary'),
    'postaladdress': ('people_address_primary', '(person_id, (CASE WHEN is_primary THEN 0::bigint ELSE id END))', ''),
}


def _statements(model):
    index, columns, condition = KINDS[model]
    forth = f"""
        ALTER TABLE people_{model}
          DROP CONSTRAINT people_{model}_pkey,
          ADD COLUMN rank bigint GENERATED ALWAYS AS (CASE WHEN is_primary THEN 0 ELSE id END) STORED,
          ADD PRIMARY KEY (person_id, rank);
        DROP INDEX {index};
    """
    back = f"""
        ALTER TABLE people_{model}
          DROP CONSTRAINT people_{model}_pkey,
          DROP COLUMN rank,
          ADD PRIMARY KEY (id);
        CREATE UNIQUE INDEX {index} ON people_{model} {columns}{condition};
    """
    return migrations.RunSQL(forth, back)


def _state(model):
    rank = Case(When(is_primary=True, then=Value(0)), default=F('id'), output_field=models.BigIntegerField())
    return [
        migrations.RemoveConstraint(model_name=model, name=KINDS[model][0]),
        migrations.AlterField(
            model_name=model, name='id', field=models.BigIntegerField(db_default=shared.numbering.Drawn(), editable=False)
        ),
        migrations.AddField(
            model_name=model,
            name='pk',
            field=models.CompositePrimaryKey('person_id', 'id', blank=True, editable=False, primary_key=True, serialize=False),
        ),
        migrations.AddField(
            model_name=model,
            name='rank',
            field=models.GeneratedField(db_persist=True, expression=rank, output_field=models.BigIntegerField()),
        ),
    ]


class Migration(migrations.Migration):
    """One index for each address fewer: an import writes them by the million, and asks for none by its number alone."""

    dependencies = [
        ('people', '0013_ascending_indexes'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState([_statements(model) for model in KINDS], sum(map(_state, KINDS), []))
    ]
