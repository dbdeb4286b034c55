"""The database itself refuses an entry that does not balance, a change of what was recorded, and a payment moved where it may not go."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total numeric;
    lines bigint;
BEGIN
    SELECT coalesce(sum(amount), 0), count(*) INTO total, lines FROM ledger_posting WHERE entry_id = NEW.id;
    IF total <> 0 OR lines < 2 THEN
        RAISE EXCEPTION 'ledger entry % has % postings that add up to %', NEW.id, lines, total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION ledger_posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total numeric;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO total FROM ledger_posting WHERE entry_id = NEW.entry_id;
    IF total <> 0 THEN
        RAISE EXCEPTION 'postings of ledger entry % add up to %', NEW.entry_id, total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();
CREATE CONSTRAINT TRIGGER ledger_posting_balances AFTER INSERT ON ledger_posting DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_posting_balances();

CREATE FUNCTION payments_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER ledger_entry_only_added BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION payments_only_added();
CREATE TRIGGER ledger_posting_only_added BEFORE UPDATE OR DELETE ON ledger_posting FOR EACH ROW EXECUTE FUNCTION payments_only_added();
CREATE TRIGGER fund_line_only_added BEFORE UPDATE OR DELETE ON fund_line FOR EACH ROW EXECUTE FUNCTION payments_only_added();
CREATE TRIGGER bank_return_only_added BEFORE UPDATE OR DELETE ON bank_return FOR EACH ROW EXECUTE FUNCTION payments_only_added();
CREATE TRIGGER bank_file_only_added BEFORE UPDATE OR DELETE ON bank_file FOR EACH ROW EXECUTE FUNCTION payments_only_added();

CREATE FUNCTION payment_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added a JOIN pay_run r ON r.id = a.run_id WHERE r.state <> 'draft' OR a.state <> 'listed') THEN
        RAISE EXCEPTION 'a payment is listed in a draft of a run only' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM added a JOIN payment b ON b.id = a.again_of_id WHERE b.state NOT IN ('failed', 'held') OR b.kind = 'recovery') THEN
        RAISE EXCEPTION 'only what failed or was held is paid again' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER payment_added AFTER INSERT ON payment REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION payment_added();

CREATE FUNCTION payment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM before b FULL JOIN after a ON a.id = b.id
        WHERE b.id IS NULL OR a.id IS NULL
           OR (a.run_id, a.kind, a.area_path, a.benefit, a.period, a.amount, a.fund_id, a.payee_name, a.account_digest)
              IS DISTINCT FROM (b.run_id, b.kind, b.area_path, b.benefit, b.period, b.amount, b.fund_id, b.payee_name, b.account_digest)
           OR (a.grant_id, a.due_id, a.award_id, a.person_id, a.again_of_id, a.netted_in_id, a.account_sealed)
              IS DISTINCT FROM (b.grant_id, b.due_id, b.award_id, b.person_id, b.again_of_id, b.netted_in_id, b.account_sealed)
    ) THEN
        RAISE EXCEPTION 'what a payment pays, to whom and where never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (
        SELECT 1 FROM before b JOIN after a ON a.id = b.id
        WHERE a.state <> b.state AND (b.state, a.state) NOT IN (
            ('listed', 'held'), ('held', 'listed'), ('listed', 'withdrawn'), ('held', 'withdrawn'), ('listed', 'sent'), ('listed', 'paid'),
            ('sent', 'paid'), ('sent', 'failed'))
    ) THEN
        RAISE EXCEPTION 'a payment cannot move there' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM before b JOIN after a ON a.id = b.id
        WHERE (b.bank_file_id IS NOT NULL AND (a.bank_file_id, a.line) IS DISTINCT FROM (b.bank_file_id, b.line))
           OR (b.settled_on IS NOT NULL AND (a.settled_on, a.failure) IS DISTINCT FROM (b.settled_on, b.failure))
    ) THEN
        RAISE EXCEPTION 'a line of a bank file and what the bank said of it stay' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (
        SELECT 1 FROM before b JOIN after a ON a.id = b.id JOIN pay_run r ON r.id = a.run_id
        WHERE a.state <> b.state AND (
            (a.state IN ('sent', 'paid', 'failed') AND b.state = 'listed' AND r.state <> 'approved')
            OR (b.state = 'sent' AND r.state <> 'sent')
            OR (a.state IN ('held', 'listed') AND r.state NOT IN ('frozen', 'checked')))
    ) THEN
        RAISE EXCEPTION 'not in this state of the run' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER payment_changed AFTER UPDATE ON payment REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION payment_changed();

CREATE FUNCTION payment_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM removed o LEFT JOIN pay_run r ON r.id = o.run_id WHERE r.state IS DISTINCT FROM 'draft') THEN
        RAISE EXCEPTION 'a payment of a frozen list is never removed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER payment_removed AFTER DELETE ON payment REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION payment_removed();

CREATE FUNCTION pay_run_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'frozen'), ('frozen', 'checked'), ('checked', 'approved'), ('approved', 'sent'), ('sent', 'closed'),
        ('draft', 'cancelled'), ('frozen', 'cancelled'), ('checked', 'cancelled'), ('approved', 'cancelled'))
    THEN
        RAISE EXCEPTION 'a run cannot move from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.month, NEW.sequence, NEW.purpose, NEW.made_by) IS DISTINCT FROM (OLD.month, OLD.sequence, OLD.purpose, OLD.made_by)
       OR (OLD.state <> 'draft' AND (NEW.list_hash, NEW.payments, NEW.amount, NEW.shares, NEW.frozen_at)
           IS DISTINCT FROM (OLD.list_hash, OLD.payments, OLD.amount, OLD.shares, OLD.frozen_at))
       OR (OLD.approved_by IS NOT NULL AND (NEW.approved_by, NEW.approved_at) IS DISTINCT FROM (OLD.approved_by, OLD.approved_at))
    THEN
        RAISE EXCEPTION 'a frozen list and its approval stay' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER pay_run_changed BEFORE UPDATE ON pay_run FOR EACH ROW EXECUTE FUNCTION pay_run_changed();
CREATE TRIGGER pay_run_kept BEFORE DELETE ON pay_run FOR EACH ROW EXECUTE FUNCTION payments_only_added();
"""

BACKWARD = """
DROP TRIGGER pay_run_kept ON pay_run;
DROP TRIGGER pay_run_changed ON pay_run;
DROP TRIGGER payment_removed ON payment;
DROP TRIGGER payment_changed ON payment;
DROP TRIGGER payment_added ON payment;
DROP TRIGGER bank_file_only_added ON bank_file;
DROP TRIGGER bank_return_only_added ON bank_return;
DROP TRIGGER fund_line_only_added ON fund_line;
DROP TRIGGER ledger_posting_only_added ON ledger_posting;
DROP TRIGGER ledger_entry_only_added ON ledger_entry;
DROP TRIGGER ledger_posting_balances ON ledger_posting;
DROP TRIGGER ledger_entry_balances ON ledger_entry;
DROP FUNCTION pay_run_changed();
DROP FUNCTION payment_removed();
DROP FUNCTION payment_changed();
DROP FUNCTION payment_added();
DROP FUNCTION payments_only_added();
DROP FUNCTION ledger_posting_balances();
DROP FUNCTION ledger_entry_balances();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_runs_and_recoveries")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
