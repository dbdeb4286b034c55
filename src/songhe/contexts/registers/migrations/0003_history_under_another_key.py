"""History is never changed, except that its sealed values may be sealed under another key; what they say is bound by the key to the entry."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION register_change_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'sealed' = to_jsonb(OLD) - 'sealed' AND length(NEW.sealed) = length(OLD.sealed)
       AND substring(NEW.sealed, 2, 4) <> substring(OLD.sealed, 2, 4)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an entry is never deleted, its history never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
DROP TRIGGER register_change_is_kept ON register_change;
CREATE TRIGGER register_change_is_kept BEFORE UPDATE ON register_change FOR EACH ROW EXECUTE FUNCTION register_change_is_kept();
CREATE TRIGGER register_change_stays BEFORE DELETE ON register_change FOR EACH STATEMENT EXECUTE FUNCTION register_is_kept();
"""

BACKWARD = """
DROP TRIGGER register_change_is_kept ON register_change;
DROP TRIGGER register_change_stays ON register_change;
DROP FUNCTION register_change_is_kept();
CREATE TRIGGER register_change_is_kept BEFORE UPDATE OR DELETE ON register_change
    FOR EACH STATEMENT EXECUTE FUNCTION register_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0002_entries_are_kept")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
