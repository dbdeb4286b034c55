"""A run is closed when every line has its answer and list, bank and ledger say the same, to the fen."""

from __future__ import annotations

from django.db import transaction

from songhe.basics.money import fen_to_yuan
from songhe.contexts.payments.actions.lock_run import lock_lists, lock_run, require_city
from songhe.contexts.payments.actions.prepare_run import RunMade, made
from songhe.contexts.payments.errors import NotBalanced
from songhe.contexts.payments.models import Payment
from songhe.contexts.payments.queries.reconciling import Reconciled, reconcile
from songhe.contexts.payments.words import PaymentState, PayRunState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right


@transaction.atomic
def close_run(actor: Actor, *, run_id: int) -> RunMade:
    """The run is over. Raises NotBalanced with the first difference; closed already, nothing changes."""
    require_city(actor, Right.APPROVE_PAYMENTS)
    lock_lists()
    run = lock_run(run_id, [PayRunState.SENT, PayRunState.CLOSED], "对平")
    if run.state == PayRunState.CLOSED:
        return made(run)
    waiting = Payment.objects.filter(run=run, state=PaymentState.SENT).exclude(bank_file=None).count()
    if waiting:
        raise NotBalanced(f"还有{waiting}笔没有银行回盘。", next_step="请先上传这些文件的回盘。")
    found = reconcile(run.pk)
    if not found.balances:
        raise NotBalanced(f"对不平：{_difference(found)}。", next_step="不要关闭这一批，请联系系统管理员核查。")
    run.state, run.closed_at = PayRunState.CLOSED, clock.now()
    run.save(update_fields=["state", "closed_at"])
    detail = {"paid": found.paid, "failed": found.failed, "held": found.held, "kept_back": found.kept_back}
    audit.record(actor, "pay_run.closed", subject_type="pay_run", subject_id=run.pk, detail=detail)
    return made(run)


def _difference(found: Reconciled) -> str:
    for what, one, other in (
        ("名单与结果", found.listed, found.paid + found.failed + found.held),
        ("银行文件与结果", found.in_files, found.paid_by_bank + found.failed_by_bank),
        ("账上在途", found.in_transit, 0),
        ("账上支出与到账", found.out_of_funds, found.paid_by_bank),
    ):
        if one != other:
            return f"{what}差{fen_to_yuan(one - other)}元"
    return "账目不平"
