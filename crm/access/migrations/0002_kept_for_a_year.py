from django.db import migrations

# A line is proof: nobody changes it, whatever program or hand is on the connection. It is personal data of the team too,
# which is kept for a year and no longer (crm.access.services.KEPT): only then may it be deleted.
FUNCTION = """
CREATE FUNCTION refuse_change_within_a_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < now() - interval '364 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("consent", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            [
                FUNCTION,
                "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON access_accessentry FOR EACH ROW EXECUTE FUNCTION refuse_change_within_a_year()",
                "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON access_accessentry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            ],
            [
                "DROP TRIGGER append_only ON access_accessentry",
                "DROP TRIGGER append_only_truncate ON access_accessentry",
                "DROP FUNCTION refuse_change_within_a_year()",
            ],
        )
    ]
