"""A payment's account never changes, except that it may be sealed under another key, which binds it to the same run and payee."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION payment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    run_state text;
    another_key boolean := coalesce(length(NEW.account_sealed) = length(OLD.account_sealed)
        AND substring(NEW.account_sealed, 2, 4) <> substring(OLD.account_sealed, 2, 4), false);
BEGIN
    IF (NEW.id, NEW.run_id, NEW.kind, NEW.area_path, NEW.benefit, NEW.period, NEW.amount, NEW.fund_id, NEW.payee_name, NEW.account_digest,
        NEW.grant_id, NEW.due_id, NEW.award_id, NEW.person_id, NEW.again_of_id, NEW.netted_in_id, CASE WHEN another_key THEN NULL ELSE NEW.account_sealed END)
       IS DISTINCT FROM
       (OLD.id, OLD.run_id, OLD.kind, OLD.area_path, OLD.benefit, OLD.period, OLD.amount, OLD.fund_id, OLD.payee_name, OLD.account_digest,
        OLD.grant_id, OLD.due_id, OLD.award_id, OLD.person_id, OLD.again_of_id, OLD.netted_in_id, CASE WHEN another_key THEN NULL ELSE OLD.account_sealed END)
    THEN
        RAISE EXCEPTION 'what a payment pays, to whom and where never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (OLD.bank_file_id IS NOT NULL AND (NEW.bank_file_id, NEW.line) IS DISTINCT FROM (OLD.bank_file_id, OLD.line))
       OR (OLD.settled_on IS NOT NULL AND (NEW.settled_on, NEW.failure) IS DISTINCT FROM (OLD.settled_on, OLD.failure))
    THEN
        RAISE EXCEPTION 'a line of a bank file and what the bank said of it stay' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (
            ('listed', 'held'), ('held', 'listed'), ('listed', 'withdrawn'), ('held', 'withdrawn'), ('listed', 'sent'), ('listed', 'paid'),
            ('sent', 'paid'), ('sent', 'failed'))
        THEN
            RAISE EXCEPTION 'a payment cannot move there' USING ERRCODE = 'check_violation';
        END IF;
        SELECT state INTO run_state FROM pay_run WHERE id = NEW.run_id;
        IF (OLD.state = 'listed' AND NEW.state IN ('sent', 'paid') AND run_state <> 'approved')
           OR (OLD.state = 'sent' AND run_state <> 'sent')
           OR (NEW.state IN ('held', 'listed') AND run_state NOT IN ('frozen', 'checked'))
        THEN
            RAISE EXCEPTION 'not in this state of the run' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION payment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    run_state text;
BEGIN
    IF (NEW.id, NEW.run_id, NEW.kind, NEW.area_path, NEW.benefit, NEW.period, NEW.amount, NEW.fund_id, NEW.payee_name, NEW.account_digest,
        NEW.grant_id, NEW.due_id, NEW.award_id, NEW.person_id, NEW.again_of_id, NEW.netted_in_id, NEW.account_sealed)
       IS DISTINCT FROM
       (OLD.id, OLD.run_id, OLD.kind, OLD.area_path, OLD.benefit, OLD.period, OLD.amount, OLD.fund_id, OLD.payee_name, OLD.account_digest,
        OLD.grant_id, OLD.due_id, OLD.award_id, OLD.person_id, OLD.again_of_id, OLD.netted_in_id, OLD.account_sealed)
    THEN
        RAISE EXCEPTION 'what a payment pays, to whom and where never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (OLD.bank_file_id IS NOT NULL AND (NEW.bank_file_id, NEW.line) IS DISTINCT FROM (OLD.bank_file_id, OLD.line))
       OR (OLD.settled_on IS NOT NULL AND (NEW.settled_on, NEW.failure) IS DISTINCT FROM (OLD.settled_on, OLD.failure))
    THEN
        RAISE EXCEPTION 'a line of a bank file and what the bank said of it stay' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (
            ('listed', 'held'), ('held', 'listed'), ('listed', 'withdrawn'), ('held', 'withdrawn'), ('listed', 'sent'), ('listed', 'paid'),
            ('sent', 'paid'), ('sent', 'failed'))
        THEN
            RAISE EXCEPTION 'a payment cannot move there' USING ERRCODE = 'check_violation';
        END IF;
        SELECT state INTO run_state FROM pay_run WHERE id = NEW.run_id;
        IF (OLD.state = 'listed' AND NEW.state IN ('sent', 'paid') AND run_state <> 'approved')
           OR (OLD.state = 'sent' AND run_state <> 'sent')
           OR (NEW.state IN ('held', 'listed') AND run_state NOT IN ('frozen', 'checked'))
        THEN
            RAISE EXCEPTION 'not in this state of the run' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_changes_row_by_row")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
