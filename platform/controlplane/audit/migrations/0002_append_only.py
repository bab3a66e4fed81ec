from django.db import migrations

REFUSE = """
CREATE FUNCTION public.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.audit_auditentry
  FOR EACH ROW EXECUTE FUNCTION public.refuse_audit_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.audit_auditentry
  FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(
            REFUSE,
            "DROP TRIGGER append_only ON public.audit_auditentry;"
            "DROP TRIGGER append_only_truncate ON public.audit_auditentry;"
            "DROP FUNCTION public.refuse_audit_change();",
        )
    ]
