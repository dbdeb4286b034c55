"""Another person approves the list as it was frozen; what is owed and to be recovered stands in the ledger from then on."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.payments.actions.freeze_run import hash_of_list
from songhe.contexts.payments.actions.lock_run import lock_lists, lock_run, require_city
from songhe.contexts.payments.actions.measure_owed import owed_postings
from songhe.contexts.payments.actions.post_entry import post_entry
from songhe.contexts.payments.actions.prepare_run import RunMade, made
from songhe.contexts.payments.errors import ListAltered, MakerMayNotApprove, OpenFindings
from songhe.contexts.payments.models import Finding
from songhe.contexts.payments.words import PayRunState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right


@transaction.atomic
def approve_run(actor: Actor, *, run_id: int) -> RunMade:
    """The run may be sent. Raises MakerMayNotApprove, OpenFindings, ListAltered; approved already by the same person, nothing changes."""
    require_city(actor, Right.APPROVE_PAYMENTS)
    lock_lists()
    run = lock_run(run_id, [PayRunState.CHECKED, PayRunState.APPROVED], "复核通过")
    if run.made_by == actor.id:
        raise MakerMayNotApprove("这一批是您做的，不能由您复核。", next_step="请另一位同事复核。")
    if run.state == PayRunState.APPROVED:
        return made(run)
    waiting = Finding.objects.filter(run=run, stops=True, settled_at=None).count()
    if waiting:
        raise OpenFindings(f"还有{waiting}条核对结果没有处理。", next_step="请经办人先逐条处理：暂缓，或写明理由后照发。")
    if hash_of_list(run.pk) != run.list_hash:
        raise ListAltered("名单和冻结时不一样，可能被改动过。", next_step="不要发放，请联系安全管理员核查。")
    run.state, run.approved_by, run.approved_at = PayRunState.APPROVED, actor.id, clock.now()
    run.save(update_fields=["state", "approved_by", "approved_at"])
    post_entry(
        actor, key=f"run:{run.pk}:approved", on=clock.today(), text=f"{run.month:%Y-%m}第{run.sequence}批复核通过", run=run,
        amounts=owed_postings(run),
    )  # fmt: skip
    detail = {"list_hash": run.list_hash, "payments": run.payments, "amount": run.amount}
    audit.record(actor, "pay_run.approved", subject_type="pay_run", subject_id=run.pk, detail=detail)
    return made(run)
