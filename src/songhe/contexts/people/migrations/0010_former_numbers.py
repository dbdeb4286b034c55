"""Numbers that were somebody's: they still mean that person, and are nobody else's number of today."""

import django.db.models.deletion
from django.db import migrations, models

ONE_OWNER = """
CREATE FUNCTION former_number_has_one_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'former_number' THEN
        IF EXISTS (SELECT 1 FROM person p WHERE p.id_index = NEW.id_index AND p.id <> NEW.person_id) THEN
            RAISE EXCEPTION 'the number is somebody else''s' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF EXISTS (SELECT 1 FROM former_number f WHERE f.id_index = NEW.id_index AND f.person_id <> NEW.id) THEN
        RAISE EXCEPTION 'the number was somebody else''s' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER former_number_owner BEFORE INSERT OR UPDATE ON former_number FOR EACH ROW EXECUTE FUNCTION former_number_has_one_owner();
CREATE TRIGGER person_number_new BEFORE INSERT ON person
    FOR EACH ROW WHEN (NEW.id_index IS NOT NULL) EXECUTE FUNCTION former_number_has_one_owner();
CREATE TRIGGER person_number_changed BEFORE UPDATE OF id_index ON person
    FOR EACH ROW WHEN (NEW.id_index IS DISTINCT FROM OLD.id_index AND NEW.id_index IS NOT NULL) EXECUTE FUNCTION former_number_has_one_owner();
"""
SEVERAL = """
DROP TRIGGER person_number_changed ON person;
DROP TRIGGER person_number_new ON person;
DROP TRIGGER former_number_owner ON former_number;
DROP FUNCTION former_number_has_one_owner();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_census_tally"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("id_index", models.BinaryField(unique=True)),
                ("id_sealed", models.BinaryField(null=True)),
                ("stated_on", models.DateField()),
                ("known_at", models.DateTimeField()),
            ],
            options={
                "db_table": "former_number",
            },
        ),
        migrations.AddField(
            model_name="stagedrow",
            name="former_index",
            field=models.BinaryField(null=True),
        ),
        migrations.AddIndex(
            model_name="stagedrow",
            index=models.Index(condition=models.Q(("former_index__isnull", False)), fields=["batch_id"], name="staged_former"),
        ),
        migrations.AddField(
            model_name="formernumber",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"),
        ),
        migrations.RunSQL(ONE_OWNER, SEVERAL),
    ]
