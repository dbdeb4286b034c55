from django.db import migrations

KEEP = """
CREATE FUNCTION register_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry is never deleted, its history never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER register_entry_is_kept BEFORE DELETE ON register_entry FOR EACH STATEMENT EXECUTE FUNCTION register_is_kept();
CREATE TRIGGER register_change_is_kept BEFORE UPDATE OR DELETE ON register_change
    FOR EACH STATEMENT EXECUTE FUNCTION register_is_kept();
"""
GIVE_UP = """
DROP TRIGGER register_entry_is_kept ON register_entry;
DROP TRIGGER register_change_is_kept ON register_change;
DROP FUNCTION register_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial")]

    operations = [migrations.RunSQL(KEEP, GIVE_UP)]
