import django.db.models.deletion
from django.db import migrations, models

import shared.numbering

FORTH = """
ALTER TABLE consent_consententry DROP CONSTRAINT consent_consententry_pkey, ADD PRIMARY KEY (person_id, id);
DROP INDEX IF EXISTS consent_entry_person; -- it stands aside while a first big file is imported
"""
BACK = """
ALTER TABLE consent_consententry DROP CONSTRAINT consent_consententry_pkey, ADD PRIMARY KEY (id);
CREATE INDEX consent_entry_person ON consent_consententry (person_id, id DESC);
"""


class Migration(migrations.Migration):
    """One index for each line fewer: an import writes them by the million, and asks for none by its number alone."""

    dependencies = [
        ('consent', '0007_states_have_no_number'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(FORTH, BACK)],
            [
                migrations.RemoveIndex(model_name='consententry', name='consent_entry_person'),
                migrations.RemoveField(model_name='consentstate', name='entry'),
                migrations.AlterField(
                    model_name='consententry',
                    name='id',
                    field=models.BigIntegerField(db_default=shared.numbering.Drawn(), editable=False),
                ),
                migrations.AddField(
                    model_name='consententry',
                    name='pk',
                    field=models.CompositePrimaryKey(
                        'person_id', 'id', blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                migrations.AddField(
                    model_name='consentstate', name='entry_id', field=models.BigIntegerField(), preserve_default=False
                ),
                migrations.AddField(
                    model_name='consentstate',
                    name='entry',
                    field=models.ForeignObject(
                        from_fields=['person', 'entry_id'],
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name='+',
                        to='consent.consententry',
                        to_fields=['person', 'id'],
                    ),
                ),
            ],
        )
    ]
