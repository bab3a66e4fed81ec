from django.db import migrations

GUARDS = [
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON exports_accessentry FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON exports_accessentry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
]


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_initial"), ("consent", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            GUARDS,
            [
                "DROP TRIGGER append_only ON exports_accessentry",
                "DROP TRIGGER append_only_truncate ON exports_accessentry",
            ],
        )
    ]
