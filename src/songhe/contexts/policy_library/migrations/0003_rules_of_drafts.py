"""What must never be, held by the database; apart from 0002 because a table with waiting checks cannot be altered in the same step."""

from django.db import migrations, models
from django.db.models import Q

RULES = """
CREATE FUNCTION pack_draft_approval_is_right() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE d pack_draft;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'an approval is never altered' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO d FROM pack_draft WHERE id = NEW.draft_id FOR UPDATE;
    IF NEW.approver = ANY (d.makers) THEN
        RAISE EXCEPTION 'a maker does not approve' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.seal <> d.seal OR d.state <> 'simulated'
        OR NOT EXISTS (SELECT 1 FROM pack_draft_check c WHERE c.draft_id = d.id AND c.seal = d.seal AND c.passed)
        OR NOT EXISTS (SELECT 1 FROM pack_draft_simulation s WHERE s.draft_id = d.id AND s.seal = d.seal) THEN
        RAISE EXCEPTION 'only a content that was checked and simulated is approved' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pack_draft_approval_right BEFORE INSERT OR UPDATE OR DELETE ON pack_draft_approval
    FOR EACH ROW EXECUTE FUNCTION pack_draft_approval_is_right();

CREATE FUNCTION pack_version_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE d pack_draft;
BEGIN
    IF NEW.draft_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO d FROM pack_draft WHERE id = NEW.draft_id FOR UPDATE;
    IF d.content_hash <> NEW.content_hash OR d.state <> 'in_force'
        OR (SELECT count(*) FROM pack_draft_approval a WHERE a.draft_id = d.id AND a.seal = d.seal) < 2 THEN
        RAISE EXCEPTION 'a version needs two approvals of its content' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pack_version_approved BEFORE INSERT ON pack_version FOR EACH ROW EXECUTE FUNCTION pack_version_is_approved();

CREATE FUNCTION pack_version_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version is never altered' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER pack_version_kept BEFORE UPDATE OF pack, version, content_hash, files, overlay, reason, loaded_at, in_force_on, direct, draft_id
    ON pack_version FOR EACH ROW EXECUTE FUNCTION pack_version_is_kept();

CREATE FUNCTION pack_draft_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('in_force', 'withdrawn') THEN
        RAISE EXCEPTION 'a draft in force or withdrawn is never altered' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pack_draft_closed BEFORE UPDATE ON pack_draft FOR EACH ROW EXECUTE FUNCTION pack_draft_is_closed();
"""
NO_RULES = """
DROP TRIGGER pack_draft_closed ON pack_draft;
DROP TRIGGER pack_version_kept ON pack_version;
DROP TRIGGER pack_version_approved ON pack_version;
DROP TRIGGER pack_draft_approval_right ON pack_draft_approval;
DROP FUNCTION pack_draft_is_closed();
DROP FUNCTION pack_version_is_kept();
DROP FUNCTION pack_version_is_approved();
DROP FUNCTION pack_draft_approval_is_right();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("policy_library", "0002_drafts"),
    ]

    operations = [
        migrations.AlterField("packversion", "in_force_on", models.DateField()),
        migrations.AddIndex("packversion", models.Index(fields=["content_hash"], name="pack_version_content")),
        migrations.AddConstraint(
            "packversion",
            models.CheckConstraint(
                condition=Q(("direct", True), ("draft", None)) | Q(("direct", False), ("draft__isnull", False)),
                name="pack_version_draft_or_direct",
            ),
        ),
        migrations.RunSQL(RULES, NO_RULES),
    ]
