"""An entry in the ledger with postings that add up to zero; recorded once, whatever is tried again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from songhe.contexts.payments.models import Entry, LedgerAccount, PayRun, Posting
from songhe.contexts.payments.words import AccountKind
from songhe.foundation import clock
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class Account:
    """An account by what it is of; `benefit` is empty for money itself."""

    kind: AccountKind
    fund_id: int
    year: int
    benefit: str = ""


def post_entry(
    actor: Actor, *, key: str, on: dt.date, text: str, run: PayRun | None, amounts: Mapping[Account, int]
) -> int | None:
    """The entry stands with one posting an account (fen, debit positive); None where nothing moves. The database checks the sum."""
    moved = {account: fen for account, fen in amounts.items() if fen}
    if not moved:
        return None
    entry = Entry.objects.create(key=key, on=on, at=clock.now(), by=actor.id, run=run, text=text)
    accounts = _accounts(moved)
    Posting.objects.bulk_create(
        [Posting(entry=entry, account_id=accounts[account], amount=fen) for account, fen in moved.items()]
    )
    return entry.pk


def _accounts(wanted: Iterable[Account]) -> dict[Account, int]:
    rows = [LedgerAccount(kind=a.kind, fund_id=a.fund_id, year=a.year, benefit=a.benefit) for a in wanted]
    LedgerAccount.objects.bulk_create(rows, ignore_conflicts=True)
    known = LedgerAccount.objects.filter(fund_id__in={row.fund_id for row in rows}, year__in={row.year for row in rows})
    return {Account(AccountKind(a.kind), a.fund_id or 0, a.year, a.benefit): a.pk for a in known}
