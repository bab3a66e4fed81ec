import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

from crm.people.expressions import NameWords


class Migration(migrations.Migration):
    """A name is found by the beginnings of its words: a third of the trigrams' entries, and the spellings near a word are looked up in it."""

    dependencies = [
        ('people', '0018_distinct_tags'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='person', name='people_name_trgm'),
        migrations.AddField(
            model_name='person',
            name='words',
            field=models.GeneratedField(
                expression=NameWords('first_name', 'last_name', 'birth_name'),
                output_field=django.contrib.postgres.search.SearchVectorField(),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            model_name='person',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], name='people_words'),
        ),
        # How common each word is: the planner knows nothing of a new column, and would read people until it is met.
        migrations.RunSQL('ANALYZE people_person', migrations.RunSQL.noop),
    ]
