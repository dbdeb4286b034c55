"""The letter of a notice, once kept, stays the letter of that notice."""

from django.db import migrations

KEEP = """
CREATE FUNCTION grant_letter_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a notice keeps its letter' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER grant_letter_is_kept BEFORE UPDATE OF letter_id ON grant_notice FOR EACH ROW
    WHEN (OLD.letter_id IS NOT NULL AND NEW.letter_id IS DISTINCT FROM OLD.letter_id) EXECUTE FUNCTION grant_letter_is_kept();
"""
GIVE_UP = """
DROP TRIGGER grant_letter_is_kept ON grant_notice;
DROP FUNCTION grant_letter_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("entitlements", "0011_returns_about_many")]

    operations = [migrations.RunSQL(KEEP, GIVE_UP)]
