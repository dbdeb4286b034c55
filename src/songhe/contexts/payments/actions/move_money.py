"""Postings for payments that go to the bank, arrive, or come back: whole lists by set, each fund by its share.

Sent: the fund gives the whole amount, the bank has it less what is kept back; what is kept back returns to the funds that had paid too
much, settles what was to be recovered, and settles that part of what is owed. Arrived: the bank's part settles what is owed.
Came back: everything that sending did is undone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import connection

from songhe.contexts.payments.actions.post_entry import Account
from songhe.contexts.payments.models import PayRun
from songhe.contexts.payments.words import AccountKind

# by benefit: whole amounts and what of them each fund that does not lead bears, payment by payment rounded down
_PARTS = """
SELECT p.benefit, p.fund_id, (share ->> 0)::bigint AS bears, sum(p.amount), sum(p.amount * (share ->> 1)::int / 100)
FROM payment p JOIN pay_run r ON r.id = p.run_id, jsonb_array_elements(r.shares -> p.benefit) share
WHERE p.id = ANY(%(ids)s) AND p.kind <> 'recovery' GROUP BY 1, 2, 3
"""
# what was kept back: from which payment's fund and benefit, for which overpaid grant and period (its first payment's fund and year)
_KEPT_BACK = """
SELECT p.fund_id, p.benefit, l.fund_id, l.year, k.benefit, sum(k.amount)
FROM payment k JOIN payment p ON p.id = k.netted_in_id JOIN LATERAL (
    SELECT q.fund_id, extract(year FROM r.month)::int AS year FROM payment q JOIN pay_run r ON r.id = q.run_id
    WHERE q.grant_id = k.grant_id AND q.period = k.period AND q.kind <> 'recovery' AND q.state <> 'withdrawn' AND q.run_id <> k.run_id
      AND r.state IN ('sent', 'closed')
    ORDER BY q.id LIMIT 1
) l ON true
WHERE p.id = ANY(%(ids)s) AND k.state <> 'withdrawn' GROUP BY 1, 2, 3, 4, 5
"""


def sent_postings(run: PayRun, payment_ids: list[int], *, sign: int = 1) -> Mapping[Account, int]:
    """What moves when these payments of a run are sent, or with -1 when they come back."""
    year, amounts = run.month.year, defaultdict[Account, int](int)
    values: dict[str, Any] = {"ids": payment_ids}
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, values)
        whole: dict[tuple[str, int], int] = {}
        borne: dict[tuple[str, int], int] = defaultdict(int)
        for benefit, lead, fund, total, part in cursor.fetchall():
            whole[benefit, lead] = int(total)
            if fund != lead:
                borne[benefit, lead] += int(part)
                amounts[Account(AccountKind.FUND, fund, year)] -= int(part)
        for (benefit, lead), total in whole.items():
            amounts[Account(AccountKind.FUND, lead, year)] -= total - borne[benefit, lead]
            amounts[Account(AccountKind.IN_TRANSIT, lead, year)] += total
        cursor.execute(_KEPT_BACK, values)
        for lead, benefit, overpaid, overpaid_year, overpaid_benefit, fen in cursor.fetchall():
            kept = int(fen)
            amounts[Account(AccountKind.IN_TRANSIT, lead, year)] -= kept
            amounts[Account(AccountKind.OWED, lead, year, benefit)] += kept
            amounts[Account(AccountKind.FUND, overpaid, year)] += kept
            amounts[Account(AccountKind.TO_RECOVER, overpaid, overpaid_year, overpaid_benefit)] -= kept
    return {account: sign * fen for account, fen in amounts.items()}


def arrived_postings(run: PayRun, payment_ids: list[int]) -> Mapping[Account, int]:
    """What moves when the bank has paid these payments."""
    year, amounts = run.month.year, defaultdict[Account, int](int)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.fund_id, p.benefit, sum(p.amount - coalesce(k.fen, 0))
            FROM payment p LEFT JOIN LATERAL (SELECT sum(amount) AS fen FROM payment WHERE netted_in_id = p.id AND state <> 'withdrawn') k ON true
            WHERE p.id = ANY(%(ids)s) GROUP BY 1, 2
            """,
            {"ids": payment_ids},
        )
        for fund, benefit, fen in cursor.fetchall():
            amounts[Account(AccountKind.IN_TRANSIT, fund, year)] -= int(fen)
            amounts[Account(AccountKind.OWED, fund, year, benefit)] += int(fen)
    return amounts
