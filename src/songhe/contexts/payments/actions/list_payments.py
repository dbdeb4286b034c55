"""The list of a run, set-based: what is due and was never paid, what is paid again, and what is kept back for what was paid too much.

For every grant and period  due - covered = open,  where covered is what was paid or is on its way, less what was kept back or handed back. What failed or
is held (stuck) is still owed, but waits until somebody asks for it again. A negative open amount is an overpayment: it is kept back from
the person's other payments of the list as far as the pack allows; the rest stays to be recovered by later lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from songhe.contexts.entitlements import facts
from songhe.contexts.payments.actions.keep_funds import known_funds
from songhe.contexts.payments.actions.tell_progress import STEPS, Progress
from songhe.contexts.payments.errors import NoFund
from songhe.contexts.payments.models import Award, PayRun
from songhe.contexts.payments.queries.titles import fund_plan, not_monthly, title_of
from songhe.contexts.payments.words import Purpose, account_context, award_context
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import Pack
from songhe.foundation.encryption import blind_index_many, open_sealed, seal_many

_TABLES = """
CREATE TEMP TABLE pay_newest (grant_id bigint, due_id bigint, person_id bigint, area_path text, benefit text, period date, amount bigint)
    ON COMMIT DROP;
CREATE TEMP TABLE pay_payee (payee text, name text, sealed bytea, digest text) ON COMMIT DROP;
CREATE TEMP TABLE pay_fund (benefit text, fund_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE pay_listed (
    id bigint DEFAULT nextval(pg_get_serial_sequence('payment', 'id')), kind text, grant_id bigint, due_id bigint, award_id bigint, person_id bigint,
    area_path text, benefit text, period date, amount bigint, again_of_id bigint, netted_in_id bigint, payee text) ON COMMIT DROP
"""

_OPEN = """
CREATE TEMP TABLE pay_open ON COMMIT DROP AS
SELECT n.grant_id, n.due_id, n.person_id, n.area_path, n.benefit, n.period, n.amount, coalesce(b.covered, 0) - coalesce(y.fen, 0) AS covered,
       coalesce(b.stuck, 0) AS stuck, coalesce(b.had_regular, false) AS had_regular
FROM pay_newest n LEFT JOIN (
    SELECT p.grant_id, p.period,
           sum(CASE WHEN p.state NOT IN ('listed', 'sent', 'paid') THEN 0 WHEN p.kind = 'recovery' THEN -p.amount ELSE p.amount END) AS covered,
           sum(CASE WHEN p.state IN ('failed', 'held') AND p.kind <> 'recovery' AND s.id IS NULL THEN p.amount ELSE 0 END) AS stuck,
           bool_or(p.kind = 'regular') AS had_regular
    FROM payment p LEFT JOIN payment s ON s.again_of_id = p.id AND s.state <> 'withdrawn'
    WHERE p.grant_id IS NOT NULL AND p.state <> 'withdrawn' AND p.run_id <> %(run)s
    GROUP BY p.grant_id, p.period
) b ON b.grant_id = n.grant_id AND b.period = n.period
LEFT JOIN (SELECT grant_id, period, sum(amount) AS fen FROM repayment GROUP BY 1, 2) y ON y.grant_id = n.grant_id AND y.period = n.period
WHERE n.amount <> coalesce(b.covered, 0) - coalesce(y.fen, 0) OR b.stuck > 0
"""

_FRESH = """
INSERT INTO pay_listed (kind, grant_id, due_id, person_id, area_path, benefit, period, amount, payee)
SELECT CASE WHEN NOT had_regular AND (period = %(month)s OR benefit = ANY(%(not_monthly)s)) THEN 'regular' ELSE 'arrears' END,
       grant_id, due_id, person_id, area_path, benefit, period, amount - covered - stuck, 'person:' || person_id
FROM pay_open WHERE amount - covered - stuck > 0
ORDER BY area_path, person_id, grant_id, period
"""

_STUCK = """
CREATE TEMP TABLE pay_stuck ON COMMIT DROP AS
SELECT p.id, p.kind, p.run_id, p.fund_id, p.amount, p.again_asked_by IS NOT NULL AS asked, o.grant_id, o.due_id, o.person_id, o.area_path, o.benefit, o.period,
       greatest(0, least(p.amount, least(o.stuck, greatest(0, o.amount - o.covered)) - coalesce(sum(p.amount) OVER (
           PARTITION BY o.grant_id, o.period ORDER BY p.again_asked_by IS NULL, p.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS owed
FROM pay_open o JOIN payment p ON p.grant_id = o.grant_id AND p.period = o.period
LEFT JOIN payment s ON s.again_of_id = p.id AND s.state <> 'withdrawn'
WHERE o.stuck > 0 AND p.state IN ('failed', 'held') AND p.kind <> 'recovery' AND s.id IS NULL AND p.run_id <> %(run)s
"""

_AGAIN = """
INSERT INTO pay_listed (kind, grant_id, due_id, person_id, area_path, benefit, period, amount, again_of_id, payee)
SELECT kind, grant_id, due_id, person_id, area_path, benefit, period, owed, id, 'person:' || person_id FROM pay_stuck WHERE asked AND owed > 0
ORDER BY area_path, person_id, id
"""

_NETTED = """
INSERT INTO pay_listed (kind, grant_id, due_id, person_id, area_path, benefit, period, amount, netted_in_id, payee)
SELECT 'recovery', b.grant_id, b.due_id, b.person_id, b.area_path, b.benefit, b.period, least(b.hi, l.hi) - greatest(b.lo, l.lo), l.id, l.payee
FROM (
    SELECT *, sum(fen) OVER w AS hi, sum(fen) OVER w - fen AS lo
    FROM (SELECT *, covered - amount AS fen, CASE WHEN %(across)s = 1 THEN '' ELSE benefit END AS among FROM pay_open WHERE covered > amount) o
    WINDOW w AS (PARTITION BY person_id, among ORDER BY period, grant_id)
) b JOIN (
    SELECT *, sum(fen) OVER w AS hi, sum(fen) OVER w - fen AS lo
    FROM (SELECT *, amount * %(percent)s / 100 AS fen, CASE WHEN %(across)s = 1 THEN '' ELSE benefit END AS among FROM pay_listed) o
    WINDOW w AS (PARTITION BY person_id, among ORDER BY id)
) l ON l.person_id = b.person_id AND l.among = b.among AND l.lo < b.hi AND b.lo < l.hi
WHERE l.fen > 0
ORDER BY l.id, b.period
"""

_AWARDS = """
INSERT INTO pay_listed (kind, award_id, area_path, benefit, period, amount, again_of_id, payee)
SELECT 'award', a.id, a.area_path, a.kind, a.period, a.amount, p.id, 'award:' || a.id
FROM award a LEFT JOIN LATERAL (
    SELECT q.id, q.state, q.again_asked_by FROM payment q
    LEFT JOIN payment s ON s.again_of_id = q.id AND s.state <> 'withdrawn'
    WHERE q.award_id = a.id AND q.state <> 'withdrawn' AND s.id IS NULL
) p ON true
WHERE a.state = 'approved' AND a.amount > 0 AND (p.id IS NULL OR (p.state IN ('failed', 'held') AND p.again_asked_by IS NOT NULL))
ORDER BY a.area_path, a.id
"""

_WRITE = """
INSERT INTO payment (id, run_id, kind, grant_id, due_id, award_id, person_id, area_path, benefit, period, amount, fund_id, payee_name,
    account_sealed, account_digest, state, held_because, failure, again_of_id, netted_in_id)
SELECT l.id, %(run)s, l.kind, l.grant_id, l.due_id, l.award_id, l.person_id, l.area_path, l.benefit, l.period, l.amount, f.fund_id, p.name,
       p.sealed, p.digest, 'listed', '', '', l.again_of_id, l.netted_in_id
FROM pay_listed l JOIN pay_fund f USING (benefit) JOIN pay_payee p USING (payee) ORDER BY l.id
"""

_TOTALS = """
SELECT count(*) FILTER (WHERE kind <> 'recovery'), coalesce(sum(CASE WHEN kind = 'recovery' THEN -amount ELSE amount END), 0)
FROM payment WHERE run_id = %(run)s
"""


def list_payments(run: PayRun, *, with_accounts: bool, progress: Progress) -> None:
    """The draft's payments are what is due now; `run` has its totals, shares and way of recovering, to be saved by the caller.

    The caller holds the lock of lists and the transaction. With accounts, each is sealed for this run and payee.
    """
    pack = policy.pack_in_use().pack
    plan = fund_plan(pack)
    run.recovering = {"percent": plan.value("recovery_percent"), "across": plan.value("recovery_across_benefits")}
    values: dict[str, Any] = {
        "run": run.pk,
        "month": run.month,
        "not_monthly": list(not_monthly(pack, run.month)),
        **run.recovering,
    }
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM payment WHERE run_id = %s AND kind = 'recovery'", [run.pk])
        cursor.execute("DELETE FROM payment WHERE run_id = %s", [run.pk])
        cursor.execute(
            "DROP TABLE IF EXISTS pg_temp.pay_newest, pg_temp.pay_payee, pg_temp.pay_fund, pg_temp.pay_listed, pg_temp.pay_open, pg_temp.pay_stuck"
        )
        cursor.execute(_TABLES)
        progress(1, len(STEPS) - 1, STEPS[1])
        if run.purpose == Purpose.AWARDS:
            cursor.execute(_AWARDS, values)
        else:
            facts.lay_down_latest_dues("pay_newest", run.month, without=tuple(pack.vouchers))
            cursor.execute("ANALYZE pg_temp.pay_newest")
            for statement in (_OPEN, _FRESH, _STUCK, _AGAIN, _NETTED):
                cursor.execute(statement, values)
        _say_funds(run, pack)
        progress(2, len(STEPS) - 1, STEPS[2])
        _copy_payees(run, with_accounts=with_accounts)
        progress(3, len(STEPS) - 1, STEPS[3])
        cursor.execute(_WRITE, values)
        cursor.execute(_TOTALS, values)
        run.payments, run.amount = map(int, cursor.fetchone())


def _say_funds(run: PayRun, pack: Pack) -> None:
    """Which fund leads each benefit of the list; the shares of all of them stand in the run. Raises NoFund."""
    plan = fund_plan(pack)
    ids = known_funds(plan)
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT benefit FROM pay_listed ORDER BY 1")
        benefits = [benefit for (benefit,) in cursor.fetchall()]
        shares = {benefit: plan.shares(benefit) for benefit in benefits}
        without = [title_of(pack, benefit) for benefit, found in shares.items() if not found]
        if without:
            raise NoFund(f"没有资金付{'、'.join(without)}。", next_step="请在政策包的 funds.yaml 里写明由哪笔资金付。")
        run.shares = {benefit: [[ids[fund], percent] for fund, percent in found] for benefit, found in shares.items()}
        cursor.executemany(
            "INSERT INTO pay_fund VALUES (%s, %s)", [(benefit, found[0][0]) for benefit, found in run.shares.items()]
        )


def _copy_payees(run: PayRun, *, with_accounts: bool) -> None:
    """Name and, sealed again, account of everybody on the list."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT coalesce(person_id, -award_id) FROM pay_listed")
        wanted = [number for (number,) in cursor.fetchall()]
    known: dict[str, tuple[str, str]] = {
        f"person:{payee.person_id}": (payee.name, payee.account)
        for payee in people.payees([number for number in wanted if number > 0], with_accounts=with_accounts)
    }
    known |= _award_payees([-number for number in wanted if number < 0], with_accounts=with_accounts)
    payees = list(known)
    accounts = [known[payee][1] or None for payee in payees]
    sealed = seal_many(accounts, contexts=[account_context(run.pk, payee) for payee in payees])
    digests = blind_index_many(accounts, kind="payee_account")
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY pay_payee (payee, name, sealed, digest) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.set_types(["text", "text", "bytea", "text"])
        for payee, blob, digest in zip(payees, sealed, digests, strict=True):
            copy.write_row((payee, known[payee][0], blob, digest.hex() if digest is not None else ""))


def _award_payees(award_ids: list[int], *, with_accounts: bool) -> Mapping[str, tuple[str, str]]:
    return {
        f"award:{award.pk}": (
            award.payee_name,
            open_sealed(award.account_sealed, context=award_context(str(award.public_id)))
            if with_accounts and award.account_sealed
            else "",
        )
        for award in Award.objects.filter(id__in=award_ids)
    }
