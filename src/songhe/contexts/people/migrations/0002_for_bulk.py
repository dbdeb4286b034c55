"""What bulk work needs of PostgreSQL: an unlogged staging table, room on pages for updates in place, two ways to cut and join JSON."""

from django.db import migrations

FORWARD = """
ALTER TABLE import_staged_row SET UNLOGGED;
ALTER TABLE person SET (fillfactor = 80);
ALTER TABLE household SET (fillfactor = 80);
CREATE AGGREGATE people_merge(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}');
CREATE FUNCTION people_pick(whole jsonb, names text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
    $$ SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(whole) WHERE key = ANY (names) $$;
"""

BACKWARD = """
DROP FUNCTION people_pick(jsonb, text[]);
DROP AGGREGATE people_merge(jsonb);
ALTER TABLE household RESET (fillfactor);
ALTER TABLE person RESET (fillfactor);
ALTER TABLE import_staged_row SET LOGGED;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
