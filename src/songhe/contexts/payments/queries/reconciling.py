"""Whether list, bank and ledger of a run say the same."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

_LIST = """
SELECT coalesce(sum(p.amount), 0), coalesce(sum(p.amount) FILTER (WHERE p.state = 'paid'), 0), coalesce(sum(p.amount) FILTER (WHERE p.state = 'failed'), 0),
       coalesce(sum(p.amount) FILTER (WHERE p.state = 'held'), 0), coalesce(sum(k.fen) FILTER (WHERE p.state = 'paid'), 0),
       coalesce(sum(p.amount - coalesce(k.fen, 0)) FILTER (WHERE p.state = 'paid'), 0),
       coalesce(sum(p.amount - coalesce(k.fen, 0)) FILTER (WHERE p.state = 'failed'), 0)
FROM payment p LEFT JOIN (SELECT netted_in_id, sum(amount) AS fen FROM payment WHERE run_id = %(run)s AND kind = 'recovery' GROUP BY 1) k
    ON k.netted_in_id = p.id
WHERE p.run_id = %(run)s AND p.kind <> 'recovery'
"""
_LEDGER = """
SELECT coalesce(sum(l.amount) FILTER (WHERE a.kind = 'in_transit'), 0), coalesce(-sum(l.amount) FILTER (WHERE a.kind = 'fund'), 0), coalesce(sum(l.amount), 0)
FROM ledger_posting l JOIN ledger_account a ON a.id = l.account_id JOIN ledger_entry e ON e.id = l.entry_id WHERE e.run_id = %(run)s
"""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Of one run, in fen. `listed`, `paid`, `failed`, `held` are whole amounts, `kept_back` what of the paid went against overpayments;
    `in_files`, `paid_by_bank`, `failed_by_bank` are what banks were told and said. `out_of_funds` is what left the funds by the ledger.
    """

    listed: int
    paid: int
    failed: int
    held: int
    kept_back: int
    in_files: int
    paid_by_bank: int
    failed_by_bank: int
    in_transit: int
    out_of_funds: int
    ledger: int

    @property
    def balances(self) -> bool:
        """Nothing is left over anywhere."""
        return (
            self.listed == self.paid + self.failed + self.held
            and self.in_files == self.paid_by_bank + self.failed_by_bank
            and self.in_transit == 0
            and self.out_of_funds == self.paid_by_bank
            and self.ledger == 0
        )


def reconcile(run_id: int) -> Reconciled:
    """The sums of a run as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {"run": run_id})
        listed, paid, failed, held, kept, by_bank, not_by_bank = map(int, cursor.fetchone())
        cursor.execute("SELECT coalesce(sum(amount), 0) FROM bank_file WHERE run_id = %s", [run_id])
        (in_files,) = map(int, cursor.fetchone())
        cursor.execute(_LEDGER, {"run": run_id})
        in_transit, out, ledger = map(int, cursor.fetchone())
    return Reconciled(listed, paid, failed, held, kept, in_files, by_bank, not_by_bank, in_transit, out, ledger)
