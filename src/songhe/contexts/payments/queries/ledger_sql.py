"""Balances that several questions and steps ask for."""

from __future__ import annotations

from django.db import connection

_LEFT = """
SELECT f.id, coalesce(l.amount, 0), l.amount IS NOT NULL, coalesce(b.fen, 0)
FROM fund f
LEFT JOIN LATERAL (SELECT amount FROM fund_line WHERE fund_id = f.id AND year = %(year)s ORDER BY revision DESC LIMIT 1) l ON true
LEFT JOIN (
    SELECT a.fund_id, sum(p.amount) AS fen FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
    WHERE a.kind = 'fund' AND a.year = %(year)s GROUP BY 1
) b ON b.fund_id = f.id
ORDER BY f.id
"""
_BORNE = """
SELECT p.benefit, (share ->> 0)::bigint, p.fund_id, sum(p.amount), sum(p.amount * (share ->> 1)::int / 100)
FROM payment p JOIN pay_run r ON r.id = p.run_id, jsonb_array_elements(r.shares -> p.benefit) share
WHERE r.id = %(run)s AND p.kind <> 'recovery' AND p.state NOT IN ('held', 'withdrawn') GROUP BY 1, 2, 3
"""


def fund_positions(year: int) -> dict[int, tuple[int, bool, int]]:
    """Fund id -> what its line of the year gives, whether it has one, and the balance of its account (spent: below zero), in fen."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, {"year": year})
        return {fund: (int(amount), known, int(fen)) for fund, amount, known, fen in cursor.fetchall()}


def borne_by_funds(run_id: int) -> dict[int, int]:
    """Fund id -> fen that it bears of a run, as sending the run would take them (what is kept back not counted)."""
    whole: dict[tuple[str, int], int] = {}
    found: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BORNE, {"run": run_id})
        rows = cursor.fetchall()
    for benefit, fund, lead, total, part in rows:
        whole[benefit, lead] = int(total)
        if fund != lead:
            found[fund] = found.get(fund, 0) + int(part)
            found[lead] = found.get(lead, 0) - int(part)
    for (_, lead), total in whole.items():
        found[lead] = found.get(lead, 0) + total
    return found
