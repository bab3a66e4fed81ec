from django.db import migrations, models

# What made the lists that are there: their conditions, and those of the segments they name as the log of changes tells
# that they were on that day. A segment or a field that is gone may have been anything.
FILL = """
WITH RECURSIVE asked (list_id, frozen_at, criteria) AS (
  SELECT id, frozen_at, criteria FROM segments_peoplelist
  UNION
  SELECT a.list_id, n.frozen_at, n.criteria
    FROM asked a
    CROSS JOIN LATERAL (
      SELECT a.frozen_at,
             COALESCE((SELECT c.criteria FROM segments_segmentchange c
                        WHERE c.segment_id = s.id AND c.at <= a.frozen_at ORDER BY c.at DESC, c.id DESC LIMIT 1),
                      s.criteria, '{"was deleted": {}}')
        FROM jsonb_path_query(a.criteria, '$.**.segment.*[*]') AS named (pk)
        LEFT JOIN segments_segment s ON s.id::text = named.pk #>> '{}'
      UNION ALL
      SELECT COALESCE(l.frozen_at, a.frozen_at), COALESCE(l.criteria, '{"was deleted": {}}')
        FROM jsonb_path_query(a.criteria, '$.**.list.*[*]') AS named (pk)
        LEFT JOIN segments_peoplelist l ON l.id::text = named.pk #>> '{}'
    ) AS n (frozen_at, criteria)
), named AS (
  SELECT DISTINCT list_id, key #>> '{}' AS key
    FROM asked CROSS JOIN LATERAL jsonb_path_query(criteria, '$.** ? (@.type() == "object").keyvalue().key') AS key
), judged AS (
  SELECT list_id,
         bool_or(key IN ('support', 'was deleted') OR (starts_with(key, 'field:') AND NOT EXISTS (
           SELECT 1 FROM fields_customfield f WHERE 'field:' || f.key = named.key AND NOT f.is_sensitive))) AS has_opinion,
         bool_or(key IN ('tags', 'place', 'age', 'support', 'language', 'gender', 'relationship', 'contact', 'birthday',
                         'occupation', 'organisation', 'was deleted') OR starts_with(key, 'field:')) AS needs_own_data
    FROM named GROUP BY list_id
)
UPDATE segments_peoplelist l
   SET has_opinion = COALESCE(j.has_opinion, false), needs_own_data = COALESCE(j.needs_own_data, false)
  FROM segments_peoplelist o LEFT JOIN judged j ON j.list_id = o.id
 WHERE l.id = o.id
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0004_lists_being_written"), ("fields", "0001_initial")]

    operations = [
        migrations.AddField("peoplelist", "has_opinion", models.BooleanField(db_default=True, default=True)),
        migrations.AddField("peoplelist", "needs_own_data", models.BooleanField(db_default=True, default=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
