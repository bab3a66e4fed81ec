from django.db import migrations

# They have a table of their own kind in each schema with people who sign in (tenants.factors). Operators keep theirs: secrets
# and digests stay as they are. Both in one step, since a code that was used must not be good again in another table.
APPS = "name, confirmed, throttling_failure_timestamp, throttling_failure_count, sealed_secret, last_step, drift, created_at, user_id"
CODES = "digest, used_at, user_id"


class Migration(migrations.Migration):
    dependencies = [("operators", "0002_staff_are_operators"), ("factors", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [
                f"INSERT INTO factors_authenticatorapp ({APPS}) SELECT {APPS} FROM operators_authenticatorapp ORDER BY id",
                f"INSERT INTO factors_recoverycode ({CODES}) SELECT {CODES} FROM operators_recoverycode ORDER BY id",
                "SET CONSTRAINTS ALL IMMEDIATE",
            ],
            [
                f"INSERT INTO operators_authenticatorapp ({APPS}) SELECT {APPS} FROM factors_authenticatorapp ORDER BY id",
                f"INSERT INTO operators_recoverycode ({CODES}) SELECT {CODES} FROM factors_recoverycode ORDER BY id",
                "DELETE FROM factors_authenticatorapp",
                "DELETE FROM factors_recoverycode",
                "SET CONSTRAINTS ALL IMMEDIATE",
            ],
        ),
        migrations.DeleteModel(name="AuthenticatorApp"),
        migrations.DeleteModel(name="RecoveryCode"),
    ]
