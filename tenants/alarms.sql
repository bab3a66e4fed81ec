-- A tenant's role may not touch the registry; these two let it set and cancel its own alarms in its own transaction.
-- Whose they are comes from the role in force, which the caller cannot forge.
CREATE OR REPLACE FUNCTION extensions.set_alarm(alarm_kind text, alarm_key text, alarm_due_at timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF current_setting('role') NOT LIKE 'r\_%' THEN RAISE EXCEPTION 'no tenant'; END IF;
  INSERT INTO public.tenants_alarm (schema_name, kind, key, due_at)
    VALUES (substr(current_setting('role'), 3), alarm_kind, alarm_key, alarm_due_at)
    ON CONFLICT ON CONSTRAINT tenants_alarm_unique DO UPDATE SET due_at = LEAST(tenants_alarm.due_at, EXCLUDED.due_at);
END $$;

CREATE OR REPLACE FUNCTION extensions.cancel_alarm(alarm_kind text, alarm_key text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF current_setting('role') NOT LIKE 'r\_%' THEN RAISE EXCEPTION 'no tenant'; END IF;
  DELETE FROM public.tenants_alarm
    WHERE schema_name = substr(current_setting('role'), 3) AND kind = alarm_kind AND key = alarm_key;
END $$;
