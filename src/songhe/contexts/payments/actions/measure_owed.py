"""How the ledger has to move when a list is approved, so that what is owed and what is to be recovered in it are what they are.

Measured in the transaction that freezes the list, against the balances of that moment, and kept in the run; banks' answers that come in
between move payments and ledger alike, so the difference stays right. Owed: every payment that has not arrived, of its fund, year and
benefit, less what is no longer due of it. To recover: what was paid beyond the newest due,
of the fund and year of the first payment of that grant and period, which never changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import connection

from songhe.contexts.payments.actions.post_entry import Account
from songhe.contexts.payments.models import PayRun
from songhe.contexts.payments.words import AccountKind, Purpose

Key = tuple[int, int, str]  # fund, year, benefit

OWED = """
SELECT p.fund_id, extract(year FROM r.month)::int, p.benefit,
       sum(p.amount - CASE WHEN p.state = 'sent' THEN coalesce(n.fen, 0) ELSE 0 END)
FROM payment p JOIN pay_run r ON r.id = p.run_id
LEFT JOIN payment s ON s.again_of_id = p.id AND s.state <> 'withdrawn' AND (s.run_id = %(run)s OR s.run_id IN (
    SELECT id FROM pay_run WHERE state IN ('approved', 'sent', 'closed')))
LEFT JOIN (SELECT netted_in_id, sum(amount) AS fen FROM payment WHERE kind = 'recovery' AND state = 'sent' GROUP BY 1) n ON n.netted_in_id = p.id
WHERE p.kind = ANY(%(kinds)s) AND p.state IN ('listed', 'held', 'sent', 'failed') AND s.id IS NULL
  AND (r.id = %(run)s OR r.state IN ('approved', 'sent', 'closed'))
GROUP BY 1, 2, 3
"""
GRANT_KINDS = ["regular", "arrears"]

_NO_LONGER_DUE = """
SELECT k.fund_id, extract(year FROM r.month)::int, k.benefit, sum(k.amount - k.owed)
FROM pay_stuck k JOIN pay_run r ON r.id = k.run_id
WHERE k.owed < k.amount AND NOT (k.asked AND k.owed > 0) GROUP BY 1, 2, 3
"""

_TO_RECOVER = """
SELECT l.fund_id, l.year, o.benefit, sum(o.covered - o.amount)
FROM pay_open o JOIN LATERAL (
    SELECT p.fund_id, extract(year FROM r.month)::int AS year FROM payment p JOIN pay_run r ON r.id = p.run_id
    WHERE p.grant_id = o.grant_id AND p.period = o.period AND p.kind <> 'recovery' AND p.state <> 'withdrawn' AND r.state IN ('sent', 'closed')
    ORDER BY p.id LIMIT 1
) l ON true
WHERE o.covered > o.amount GROUP BY 1, 2, 3
"""

_BALANCES = """
SELECT a.kind, a.fund_id, a.year, a.benefit, sum(p.amount)
FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
WHERE a.kind IN ('owed', 'to_recover') AND a.benefit NOT IN (SELECT DISTINCT kind FROM award) GROUP BY 1, 2, 3, 4
"""

_AWARDS = """
SELECT fund_id, year, benefit, sum(fen) FROM (
    SELECT p.fund_id, extract(year FROM r.month)::int AS year, p.benefit, p.amount AS fen
    FROM payment p JOIN pay_run r ON r.id = p.run_id WHERE p.run_id = %(run)s
    UNION ALL
    SELECT b.fund_id, extract(year FROM r.month)::int, b.benefit, -b.amount
    FROM payment p JOIN payment b ON b.id = p.again_of_id JOIN pay_run r ON r.id = b.run_id WHERE p.run_id = %(run)s
) moved GROUP BY 1, 2, 3
"""


def measure_owed(run: PayRun) -> None:
    """`run.recovering` says by fund, year and benefit how owed and to_recover move (fen, debit positive); to be saved by the caller.

    Needs the tables that `list_payments` has left in this transaction.
    """
    values: dict[str, Any] = {"run": run.pk, "kinds": GRANT_KINDS}
    moves: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    if run.purpose == Purpose.AWARDS:
        for fund, year, benefit, fen in _rows(_AWARDS, values):
            moves[fund, year, benefit][0] -= int(fen)
    else:
        for statement, place, sign in ((OWED, 0, -1), (_NO_LONGER_DUE, 0, 1), (_TO_RECOVER, 1, 1)):
            for fund, year, benefit, fen in _rows(statement, values):
                moves[fund, year, benefit][place] += sign * int(fen)
        for kind, fund, year, benefit, fen in _rows(_BALANCES, values):
            moves[fund, year, benefit][kind == AccountKind.TO_RECOVER] -= int(fen)
    run.recovering["moves"] = [[*key, *found] for key, found in sorted(moves.items()) if any(found)]


def owed_postings(run: PayRun, *, sign: int = 1) -> Mapping[Account, int]:
    """The postings of an approval, or with -1 of its undoing."""
    amounts: dict[Account, int] = defaultdict(int)
    for fund, year, benefit, owed, to_recover in run.recovering.get("moves", []):
        amounts[Account(AccountKind.OWED, fund, year, benefit)] += sign * owed
        amounts[Account(AccountKind.TO_RECOVER, fund, year, benefit)] += sign * to_recover
        amounts[Account(AccountKind.SPENT, fund, year, benefit)] -= sign * (owed + to_recover)
    return amounts


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
