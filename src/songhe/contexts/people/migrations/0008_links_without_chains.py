"""Nobody who counts as another is counted as by a third; what a check found out about links; households that say the same address."""

from django.db import migrations, models
from django.db.models import Q

# A row lock on the one counted as orders two writers, so that each sees what the other did.
NO_CHAINS = """
CREATE FUNCTION person_links_have_no_chains() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE above bigint;
BEGIN
    SELECT p.stands_for_id INTO above FROM person p WHERE p.id = NEW.stands_for_id FOR SHARE;
    IF above IS NOT NULL OR EXISTS (SELECT 1 FROM person q WHERE q.stands_for_id = NEW.id) THEN
        RAISE EXCEPTION 'person % cannot stand for %: there are no chains', NEW.id, NEW.stands_for_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER person_no_chains BEFORE INSERT OR UPDATE OF stands_for_id ON person
    FOR EACH ROW WHEN (NEW.stands_for_id IS NOT NULL) EXECUTE FUNCTION person_links_have_no_chains();
ALTER TABLE import_staged_link SET UNLOGGED;
"""
CHAINS = """
DROP TRIGGER person_no_chains ON person;
DROP FUNCTION person_links_have_no_chains();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0007_how_a_file_was_read")]

    operations = [
        migrations.CreateModel(
            name="StagedLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch_id", models.BigIntegerField()),
                ("sheet", models.TextField()),
                ("row", models.IntegerField()),
                ("kind", models.TextField()),
                ("person_id", models.BigIntegerField(null=True)),
                ("other_id", models.BigIntegerField()),
                ("probability", models.FloatField(null=True)),
                ("evidence", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "import_staged_link",
                "indexes": [models.Index(fields=["batch_id", "sheet", "row"], name="staged_link_row")],
            },
        ),
        migrations.AddField("household", "address_digest", models.TextField(blank=True, db_default="", default="")),
        migrations.AddIndex(
            "household",
            models.Index(fields=["address_digest"], name="household_address", condition=~Q(address_digest="")),
        ),
        migrations.AddField(
            "linkcandidate", "from_area_path", models.TextField(db_collation="C", default=""), preserve_default=False
        ),
        migrations.RunSQL(NO_CHAINS, CHAINS),
    ]
