from django.db import migrations

# What she did not do herself; whatever else is in the stream is her own (crm.people.activities).
DONE_TO_HER = (
    'imported', 'added', 'edited', 'note_added', 'message_sent', 'message_bounced', 'message_opened', 'erasure_asked',
    'erasure_cancelled', 'erased', 'merged', 'parted', 'consent_noted', 'household_noted', 'recruiter_noted',
    'point_person_noted', 'affiliated', 'relation_ended', 'file_added', 'file_deleted', 'confirmation_asked',
    'confirmations_allowed', 'recruited',
)  # fmt: skip

# Joins, not subqueries in the condition: those are asked for each row once they do not fit into a statement's memory.
TOLD = f"""
SELECT i.id, own.at FROM (
  SELECT id FROM people_person WHERE source_kind = 'import' AND merged_into_id IS NULL
  UNION SELECT merged_into_id FROM people_person WHERE source_kind = 'import' AND merged_into_id IS NOT NULL
  UNION SELECT person_id FROM people_activity WHERE kind = 'imported'
  UNION SELECT person_id FROM people_personchange WHERE source_kind = 'import'
  UNION SELECT person_id FROM people_tagchange WHERE source_kind = 'import'
) touched JOIN people_person i ON i.id = touched.id
LEFT JOIN (
  SELECT person_id, max(at) AS at FROM people_activity WHERE kind NOT IN ({", ".join(f"'{kind}'" for kind in DONE_TO_HER)}) GROUP BY person_id
) own ON own.person_id = i.id
WHERE i.last_activity_at IS NOT NULL AND i.last_activity_at IS DISTINCT FROM own.at
"""


def mend(many=50_000):
    """Few are updated. For many the table is written anew at once: each row of it stands in some twenty indexes, which takes thrice as long."""
    return f"""
DO $mend$
BEGIN
  CREATE TEMP TABLE last_acts AS {TOLD};
  IF (SELECT count(*) FROM last_acts) < {many} THEN
    UPDATE people_person p SET last_activity_at = told.at FROM last_acts told WHERE p.id = told.id;
  ELSE
    CREATE UNIQUE INDEX ON last_acts (id);
    ANALYZE last_acts;
    CREATE FUNCTION pg_temp.last_act(person bigint, before timestamptz) RETURNS timestamptz LANGUAGE plpgsql AS $last$
      DECLARE told pg_temp.last_acts;
      BEGIN
        SELECT * INTO told FROM pg_temp.last_acts a WHERE a.id = person;
        RETURN CASE WHEN FOUND THEN told.at ELSE before END;
      END
    $last$;
    ALTER TABLE people_person ALTER COLUMN last_activity_at TYPE timestamptz USING pg_temp.last_act(id, last_activity_at);
    DROP FUNCTION pg_temp.last_act;
  END IF;
  DROP TABLE last_acts;
END
$mend$
"""


class Migration(migrations.Migration):
    """An import wrote its own moment as the last sign of life of everybody in its file: what they did themselves counts."""

    dependencies = [
        ('people', '0015_tag_groups'),
    ]

    operations = [migrations.RunSQL([mend()], migrations.RunSQL.noop)]
