"""What comes back before the ledger knows that it was too much: the ledger is told now what the next approval would have told it."""

from __future__ import annotations

from django.db.models import Sum

from songhe.contexts.payments.actions.post_entry import Account
from songhe.contexts.payments.models import PayRun, Posting
from songhe.contexts.payments.words import AccountKind, PayRunState, Purpose


def bring_forward(postings: dict[Account, int]) -> None:
    """No account of what is to be recovered goes below zero by these postings: what it lacks is no longer spent, and a frozen list, which measured
    what it will tell the ledger before this, tells so much less. The caller holds the lock of lists.
    """
    brought: dict[tuple[int, int, str], int] = {}
    for account, fen in list(postings.items()):
        if account.kind is AccountKind.TO_RECOVER and (lacking := -(_balance(account) + fen)) > 0:
            postings[account] += lacking
            spent = Account(AccountKind.SPENT, account.fund_id, account.year, account.benefit)
            postings[spent] = postings.get(spent, 0) - lacking
            brought[account.fund_id, account.year, account.benefit] = lacking
    waiting = (
        PayRun.objects.select_for_update()
        .filter(purpose=Purpose.GRANTS, state__in=(PayRunState.FROZEN, PayRunState.CHECKED))
        .first()
    )
    if brought and waiting is not None:
        moves = {
            (fund, year, benefit): [owed, recover] for fund, year, benefit, owed, recover in waiting.recovering.get("moves", [])
        }
        for key, fen in brought.items():
            moves.setdefault(key, [0, 0])[1] -= fen
        waiting.recovering["moves"] = [[*key, *found] for key, found in sorted(moves.items()) if any(found)]
        waiting.save(update_fields=["recovering"])


def _balance(account: Account) -> int:
    rows = Posting.objects.filter(
        account__kind=account.kind, account__fund=account.fund_id, account__year=account.year, account__benefit=account.benefit
    )
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)
