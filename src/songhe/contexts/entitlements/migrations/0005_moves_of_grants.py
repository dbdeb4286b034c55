"""The moves that a grant may make stand in a table; a trigger refuses all others. Steps, dues and life checks are only added to."""

from django.db import migrations

ALLOWED = (
    ("", "proposed"),
    ("", "active"),
    ("proposed", "notified"),
    ("proposed", "active"),
    ("proposed", "refused"),
    ("proposed", "ended"),
    ("notified", "active"),
    ("notified", "refused"),
    ("notified", "ended"),
    ("active", "suspended"),
    ("active", "ended"),
    ("suspended", "active"),
    ("suspended", "ended"),
)

KEEP = f"""
CREATE TABLE grant_move (before text, after text, PRIMARY KEY (before, after));
INSERT INTO grant_move VALUES {", ".join(str(move) for move in ALLOWED)};

CREATE FUNCTION grant_moves_as_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE was text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        was := OLD.state;
        IF (OLD.person_id, OLD.benefit, OLD.proposed_run_id) IS DISTINCT FROM (NEW.person_id, NEW.benefit, NEW.proposed_run_id) THEN
            RAISE EXCEPTION 'a grant stays the person''s and the benefit''s' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF was = NEW.state THEN RETURN NEW; END IF;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM grant_move m WHERE m.before = was AND m.after = NEW.state) THEN
        RAISE EXCEPTION 'a grant does not go from "%" to "%"', was, NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_moves_as_allowed BEFORE INSERT OR UPDATE ON grant_given FOR EACH ROW EXECUTE FUNCTION grant_moves_as_allowed();

CREATE FUNCTION grant_move_has_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT s.after FROM grant_step s WHERE s.grant_id = NEW.id ORDER BY s.id DESC LIMIT 1)
       IS DISTINCT FROM (SELECT g.state FROM grant_given g WHERE g.id = NEW.id) THEN
        RAISE EXCEPTION 'grant % moved to "%" without a step', NEW.id, NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER grant_move_has_step AFTER UPDATE OF state ON grant_given DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION grant_move_has_step();

CREATE FUNCTION grant_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER grant_is_kept BEFORE DELETE ON grant_given FOR EACH ROW EXECUTE FUNCTION grant_history_is_kept();
CREATE TRIGGER grant_step_is_kept BEFORE UPDATE OR DELETE ON grant_step FOR EACH ROW EXECUTE FUNCTION grant_history_is_kept();
CREATE TRIGGER grant_due_is_kept BEFORE UPDATE OR DELETE ON grant_due FOR EACH ROW EXECUTE FUNCTION grant_history_is_kept();
CREATE TRIGGER life_check_is_kept BEFORE UPDATE OR DELETE ON life_check FOR EACH ROW EXECUTE FUNCTION grant_history_is_kept();

CREATE FUNCTION grant_due_follows_the_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM grant_due d WHERE d.id = NEW.replaces_id AND d.grant_id = NEW.grant_id AND d.period = NEW.period
                   AND d.revision = NEW.revision - 1) THEN
        RAISE EXCEPTION 'a revision names the one before it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_due_follows_the_old BEFORE INSERT ON grant_due FOR EACH ROW WHEN (NEW.revision > 1)
    EXECUTE FUNCTION grant_due_follows_the_old();
"""  # noqa: S608
GIVE_UP = """
DROP TRIGGER grant_moves_as_allowed ON grant_given;
DROP TRIGGER grant_move_has_step ON grant_given;
DROP TRIGGER grant_is_kept ON grant_given;
DROP TRIGGER grant_step_is_kept ON grant_step;
DROP TRIGGER grant_due_is_kept ON grant_due;
DROP TRIGGER life_check_is_kept ON life_check;
DROP TRIGGER grant_due_follows_the_old ON grant_due;
DROP FUNCTION grant_moves_as_allowed();
DROP FUNCTION grant_move_has_step();
DROP FUNCTION grant_history_is_kept();
DROP FUNCTION grant_due_follows_the_old();
DROP TABLE grant_move;
"""


class Migration(migrations.Migration):
    dependencies = [("entitlements", "0004_how_grants_are_handled")]

    operations = [migrations.RunSQL(KEEP, GIVE_UP)]
