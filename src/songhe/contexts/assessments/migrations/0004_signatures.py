"""Who signed which form and which result, and how the elder's side signed. Signatures are only added to."""

import django.db.models.deletion
from django.db import migrations, models

KEEP = """
CREATE FUNCTION assessment_signature_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER assessment_signature_is_kept BEFORE UPDATE OR DELETE ON assessment_signature
    FOR EACH ROW EXECUTE FUNCTION assessment_signature_is_kept();

CREATE FUNCTION assessment_elder_signature_of_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM assessment_signature s WHERE s.form_id = OLD.form_id) THEN
        RAISE EXCEPTION 'the form has been signed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER assessment_elder_signature_of_draft BEFORE DELETE ON assessment_elder_signature
    FOR EACH ROW EXECUTE FUNCTION assessment_elder_signature_of_draft();
CREATE TRIGGER assessment_elder_signature_stays BEFORE UPDATE ON assessment_elder_signature FOR EACH ROW  -- but for `sealed`, sealed once more
    WHEN ((OLD.form_id, OLD.way) IS DISTINCT FROM (NEW.form_id, NEW.way)) EXECUTE FUNCTION assessment_elder_signature_of_draft();
"""
GIVE_UP = """
DROP TRIGGER assessment_signature_is_kept ON assessment_signature;
DROP TRIGGER assessment_elder_signature_of_draft ON assessment_elder_signature;
DROP TRIGGER assessment_elder_signature_stays ON assessment_elder_signature;
DROP FUNCTION assessment_signature_is_kept();
DROP FUNCTION assessment_elder_signature_of_draft();
"""


class Migration(migrations.Migration):
    dependencies = [("assessments", "0003_taken_over")]

    operations = [
        migrations.CreateModel(
            name="ElderSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("way", models.TextField()),
                ("sealed", models.BinaryField()),
                (
                    "form",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessments.form"),
                ),
            ],
            options={"db_table": "assessment_elder_signature"},
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("signed_by", models.BigIntegerField()),
                ("signed_by_name", models.TextField()),
                ("means", models.TextField()),
                ("signed_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "assessor",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessments.assessor"),
                ),
                (
                    "form",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessments.form"
                    ),
                ),
                (
                    "result",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessments.result"
                    ),
                ),
            ],
            options={
                "db_table": "assessment_signature",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("form__isnull", False), ("result", None)),
                            models.Q(("form", None), ("result__isnull", False)),
                            _connector="OR",
                        ),
                        name="assessment_signature_of_one_thing",
                    )
                ],
            },
        ),
        migrations.RunSQL(KEEP, GIVE_UP),
    ]
