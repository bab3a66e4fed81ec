from django.db import migrations

# The ledger and the history of tags are proof: nobody changes them, whatever program or hand is on the connection.
FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$
"""


def guards(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [FUNCTION, *guards("consent_consententry"), *guards("consent_wording"), *guards("people_tagchange")],
            [
                "DROP TRIGGER append_only ON people_tagchange",
                "DROP TRIGGER append_only_truncate ON people_tagchange",
                "DROP TRIGGER append_only ON consent_wording",
                "DROP TRIGGER append_only_truncate ON consent_wording",
                "DROP TRIGGER append_only ON consent_consententry",
                "DROP TRIGGER append_only_truncate ON consent_consententry",
                "DROP FUNCTION refuse_change()",
            ],
        )
    ]
