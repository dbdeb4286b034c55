"""The list is frozen: made once more from what is due now, with the accounts of now, and from then on nothing in it shifts."""

from __future__ import annotations

import hashlib

from django.db import connection, transaction

from songhe.contexts.payments.actions.list_payments import list_payments
from songhe.contexts.payments.actions.lock_run import lock_lists, lock_run, require_city
from songhe.contexts.payments.actions.measure_owed import measure_owed
from songhe.contexts.payments.actions.prepare_run import RunMade, made
from songhe.contexts.payments.actions.tell_progress import STEPS, Progress, silent
from songhe.contexts.payments.errors import NothingToPay
from songhe.contexts.payments.words import PayRunState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right

_LIST = """
SELECT concat_ws('|', kind, coalesce(grant_id, 0), coalesce(due_id, 0), coalesce(award_id, 0), coalesce(person_id, 0), period, amount, benefit,
    fund_id, coalesce(again_of_id, 0), coalesce(netted_in_id, 0), account_digest, payee_name)
FROM payment WHERE run_id = {} ORDER BY id
"""


def hash_of_list(run_id: int) -> str:
    """SHA-256 over the list, payment by payment in order: kind, grant, due, award, person, period, amount, fund, account digest, name."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({_LIST.format(int(run_id))}) TO STDOUT") as copy:
        for block in copy:
            digest.update(block)
    return digest.hexdigest()


@transaction.atomic
def freeze_run(actor: Actor, *, run_id: int, progress: Progress = silent) -> RunMade:
    """The draft is listed once more, its accounts are sealed, and its hash stands in the run; frozen already, nothing changes."""
    require_city(actor, Right.MAKE_PAYMENTS)
    lock_lists()
    run = lock_run(run_id, [PayRunState.DRAFT, PayRunState.FROZEN], "冻结名单")
    if run.state == PayRunState.FROZEN:
        return made(run)
    list_payments(run, with_accounts=True, progress=progress)
    if run.payments == 0:
        raise NothingToPay("这一批已没有要发的款。", next_step="请把它作废。")
    measure_owed(run)
    run.list_hash, run.frozen_at, run.state = hash_of_list(run.pk), clock.now(), PayRunState.FROZEN
    run.save()
    detail = {"payments": run.payments, "amount": run.amount, "list_hash": run.list_hash}
    audit.record(actor, "pay_run.frozen", subject_type="pay_run", subject_id=run.pk, detail=detail)
    progress(len(STEPS) - 1, len(STEPS) - 1, STEPS[-1])
    return made(run)
