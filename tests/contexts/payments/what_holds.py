"""What holds of money at every moment: nobody paid twice, the ledger as the payments say, each fen walked back to a decision."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db import connection

from songhe.contexts.entitlements.models import Due, Grant
from songhe.contexts.payments import queries
from songhe.contexts.payments.models import BankFile, BankReturn, Entry, Finding, Payment, PayRun, Repayment
from songhe.contexts.payments.words import AccountKind
from songhe.foundation.models import WorkItem
from tests.contexts.payments.conftest import APPROVER, MAKER

LIVE = ("listed", "sent", "paid")
Key = tuple[int, dt.date]  # grant and period
_TWICE = """
SELECT c.grant_id, c.period, c.fen, d.most FROM (
    SELECT grant_id, period, sum(CASE WHEN kind = 'recovery' THEN -amount ELSE amount END) AS fen
    FROM payment WHERE grant_id IS NOT NULL AND state IN ('listed', 'sent', 'paid') GROUP BY 1, 2
) c LEFT JOIN (SELECT grant_id, period, max(amount) AS most FROM grant_due GROUP BY 1, 2) d USING (grant_id, period)
WHERE c.fen NOT BETWEEN 0 AND coalesce(d.most, 0)
"""
_SENT = """
SELECT coalesce(sum(CASE WHEN kind = 'recovery' THEN -amount ELSE amount END) FILTER (WHERE state = 'sent'), 0),
       coalesce(sum(CASE WHEN kind = 'recovery' THEN -amount ELSE amount END) FILTER (WHERE state IN ('sent', 'paid')), 0) FROM payment
"""
_LOST = """
SELECT p.id FROM payment p LEFT JOIN grant_due d ON d.id = p.due_id LEFT JOIN determination_run r ON r.id = d.run_id
LEFT JOIN snapshot s ON s.id = r.snapshot_id LEFT JOIN grant_given g ON g.id = p.grant_id
LEFT JOIN decision e ON e.run_id = d.run_id AND e.person_id = p.person_id
WHERE p.award_id IS NULL AND ((d.grant_id, d.period, g.person_id, g.benefit) IS DISTINCT FROM (p.grant_id, p.period, p.person_id, p.benefit)
    OR r.published_at IS NULL OR s.sha256 IS NULL OR (%(decided)s AND e.id IS NULL))
"""


def covered() -> dict[Key, int]:
    """Fen that were paid or are on the way, less what was kept back or handed back."""
    found: dict[Key, int] = defaultdict(int)
    for grant, period, kind, amount in Payment.objects.filter(state__in=LIVE).values_list("grant_id", "period", "kind", "amount"):
        found[grant or 0, period] += -amount if kind == "recovery" else amount
    for grant, period, amount in Repayment.objects.values_list("grant_id", "period", "amount"):
        found[grant, period] -= amount
    return dict(found)


def stuck() -> dict[Key, int]:
    """Fen that failed or are held and were not listed again."""
    followed = set(Payment.objects.exclude(state="withdrawn").exclude(again_of=None).values_list("again_of_id", flat=True))
    found: dict[Key, int] = defaultdict(int)
    for payment in Payment.objects.filter(state__in=["failed", "held"]).exclude(kind="recovery").exclude(id__in=followed):
        found[payment.grant_id or 0, payment.period] += payment.amount
    return dict(found)


def newest() -> dict[Key, int]:
    """What is due now."""
    rows = Due.objects.order_by("revision").values_list("grant_id", "period", "amount")
    return {(grant, period): amount for grant, period, amount in rows}


def balances() -> dict[AccountKind, int]:
    """The ledger over all years, by kind of account."""
    found: dict[AccountKind, int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.kind, sum(p.amount) FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id GROUP BY 1"
        )
        for kind, fen in cursor.fetchall():
            found[AccountKind(kind)] = int(fen)
    return found


def nobody_is_paid_twice() -> None:
    """For a grant and period never more is paid or on the way than was ever due, and one regular payment stands."""
    with connection.cursor() as cursor:
        cursor.execute(_TWICE)
        assert cursor.fetchall() == []


def the_ledger_balances() -> None:
    """Every entry adds up; money is where the payments say it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id FROM ledger_posting GROUP BY 1 HAVING sum(amount) <> 0")
        assert cursor.fetchall() == []
        cursor.execute(_SENT)
        sent, gone = map(int, cursor.fetchone())
    back = sum(Repayment.objects.values_list("amount", flat=True))
    found = balances()
    assert (found[AccountKind.IN_TRANSIT], found[AccountKind.FUND]) == (sent, back - gone)
    assert found[AccountKind.TO_RECOVER] >= 0
    assert sum(found.values()) == 0


def each_fen_walks_back(*, decided: bool = False) -> None:
    """Every payment leads to a due of its grant and period, to a published run of the rules and its snapshot; `decided`: to the person's decision."""
    with connection.cursor() as cursor:
        cursor.execute(_LOST, {"decided": decided})
        assert cursor.fetchall() == []


def money_holds() -> None:
    """All of it."""
    nobody_is_paid_twice()
    the_ledger_balances()
    each_fen_walks_back()


def nobody_is_left_out(until: dt.date, *, but: frozenset[int] = frozenset()) -> None:
    """Right after freezing whatever is due was paid, is on its way or on the list, or waits as failed or held; `but` grants that may not be paid."""
    paid, waiting = covered(), stuck()
    for key, amount in newest().items():
        assert key[1] > until or key[0] in but or amount <= paid.get(key, 0) + waiting.get(key, 0), key


def told() -> list[object]:
    """Everything that a run leaves, without numbers that another try may give otherwise."""
    names = {grant: f"{name}/{benefit}" for grant, name, benefit in Grant.objects.values_list("id", "person__name", "benefit")}
    return [
        list(PayRun.objects.order_by("month", "purpose", "sequence").values_list("month", "purpose", "sequence", "state", "payments", "amount")),
        sorted(
            [
                names.get(row.grant_id or 0, row.benefit), row.kind, str(row.period), row.amount, row.state, row.payee_name, row.line or 0,
                row.bank_file.number if row.bank_file else 0, row.failure, row.held_because, row.again_of_id is not None, row.again_asked_by or 0,
                row.netted_in is not None and row.netted_in.state,
            ]
            for row in Payment.objects.select_related("bank_file", "netted_in")
        ),
        sorted(Finding.objects.values_list("kind", "sentence", "settled_how")),
        sorted(BankFile.objects.values_list("layout", "number", "sha256", "lines", "amount")),
        sorted(BankReturn.objects.values_list("sha256", "paid", "failed")),
        sorted((line.kind.value, line.fund, line.benefit, line.balance) for line in queries.trial_balance(APPROVER, year=2026).lines),
        (Entry.objects.count(), sorted(WorkItem.objects.values_list("kind", "title", "closed_at"), key=str)),
        sorted(Repayment.objects.values_list("receipt", "period", "amount")),
        sorted(Due.objects.values_list("grant__person__name", "period", "revision", "amount")),
    ]  # fmt: skip


def walked_back() -> None:
    """The page's own way back, payment by payment."""
    for payment in Payment.objects.exclude(state="withdrawn").exclude(grant=None):
        way = queries.walk_back(MAKER, payment_id=payment.pk)
        assert way.origin is not None
        assert (way.origin.grant_id, way.origin.period) == (payment.grant_id, payment.period)
        assert way.origin.snapshot_sha256
