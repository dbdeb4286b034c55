from django.db import migrations

KEEP = """
CREATE FUNCTION people_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a person or household is never deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER person_is_kept BEFORE DELETE ON person FOR EACH STATEMENT EXECUTE FUNCTION people_are_kept();
CREATE TRIGGER household_is_kept BEFORE DELETE ON household FOR EACH STATEMENT EXECUTE FUNCTION people_are_kept();
"""
GIVE_UP = """
DROP TRIGGER person_is_kept ON person;
DROP TRIGGER household_is_kept ON household;
DROP FUNCTION people_are_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_demo_index")]

    operations = [migrations.RunSQL(KEEP, GIVE_UP)]
