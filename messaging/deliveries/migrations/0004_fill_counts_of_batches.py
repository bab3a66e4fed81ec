from django.db import migrations

# Whoever settles such a batch meanwhile counts it, too: only those that nobody counted are touched.
FILL = """
UPDATE deliveries_batch b SET counts = c.counts
  FROM (SELECT id, jsonb_agg(jsonb_build_array(state, reason, people, gone)) AS counts
          FROM (SELECT b.id, d.state, d.reason, count(*) AS people, count(d.unsubscribed_at) AS gone
                  FROM deliveries_batch b
                  JOIN deliveries_delivery d ON d.id BETWEEN b.first_id AND b.last_id AND d.mailing_id = b.mailing_id
                 WHERE b.counts IS NULL AND b.state = 'done'
                 GROUP BY b.id, d.state, d.reason) each_reason
         GROUP BY id) c
 WHERE b.id = c.id AND b.counts IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0003_counts_of_batches")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
