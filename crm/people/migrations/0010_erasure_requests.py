import django.db.models.deletion
from django.db import migrations, models

# Who asked stands in the story of each person; an older request without it was the office's.
KEEP = """
INSERT INTO people_erasurerequest (person_id, at, source_kind, source_reference, actor_id)
SELECT p.id, p.erase_requested_at, coalesce(a.source_kind, 'office'), coalesce(a.source_reference, ''), a.actor_id FROM people_person p
LEFT JOIN LATERAL (
  SELECT a.source_kind, a.source_reference, a.actor_id FROM people_activity a WHERE a.person_id = p.id AND a.kind = 'erasure_asked' ORDER BY a.at DESC LIMIT 1
) a ON true
WHERE p.erase_requested_at IS NOT NULL AND p.erased_at IS NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0009_sample_of_activities'),
    ]

    operations = [
        migrations.CreateModel(
            name='ErasureRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source_kind', models.CharField(choices=[('form', 'form on the site'), ('import', 'import'), ('office', 'by hand, in the office'), ('api', 'API'), ('unsubscribe', 'unsubscribe link'), ('merge', 'merging of two people'), ('demo', 'demonstration data')], db_default='office', default='office', max_length=12)),
                ('source_reference', models.CharField(blank=True, db_default='', default='', max_length=100)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='erasure_requests', to='people.person')),
            ],
            options={
                'verbose_name': 'request for erasure',
                'indexes': [models.Index(fields=['person', 'at'], name='people_erasure_request')],
            },
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
