from django.db import migrations

# What exports had written down goes on in the one log of all (crm.access).
COPY = """
INSERT INTO access_accessentry (kind, at, by_id, count, about, details)
SELECT kind, at, by_id, count, 'export:' || run_id,
  jsonb_build_object('format', format, 'columns', to_jsonb(columns), 'selection', selection, 'reason', reason)
FROM exports_accessentry ORDER BY id
"""


class Migration(migrations.Migration):
    dependencies = [("exports", "0002_append_only"), ("access", "0002_kept_for_a_year")]

    operations = [
        migrations.RunSQL(
            [
                COPY,
                "DROP TRIGGER append_only ON exports_accessentry",
                "DROP TRIGGER append_only_truncate ON exports_accessentry",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.DeleteModel(name="AccessEntry"),
    ]
