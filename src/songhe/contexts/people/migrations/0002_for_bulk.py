"""What bulk work needs of PostgreSQL: an unlogged staging table, room on pages for updates in place, an aggregate that lays JSON objects over each other."""

from django.db import migrations

FORWARD = """
ALTER TABLE import_staged_row SET UNLOGGED;
ALTER TABLE person SET (fillfactor = 80);
ALTER TABLE household SET (fillfactor = 80);
CREATE AGGREGATE people_merge(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}');
"""

BACKWARD = """
DROP AGGREGATE people_merge(jsonb);
ALTER TABLE household RESET (fillfactor);
ALTER TABLE person RESET (fillfactor);
ALTER TABLE import_staged_row SET LOGGED;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
