"""A run that was not sent is given up: its payments are withdrawn, and what its approval had put into the ledger is taken out."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.payments.actions.bring_forward import bring_forward
from songhe.contexts.payments.actions.lock_run import lock_lists, lock_run, require_city
from songhe.contexts.payments.actions.measure_owed import owed_postings
from songhe.contexts.payments.actions.post_entry import post_entry
from songhe.contexts.payments.actions.prepare_run import RunMade, made
from songhe.contexts.payments.models import Payment
from songhe.contexts.payments.words import AT_WORK, PaymentKind, PaymentState, PayRunState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput


@transaction.atomic
def cancel_run(actor: Actor, *, run_id: int, reason: str) -> RunMade:
    """The run is void, and what it had listed may be listed again; cancelled already, nothing changes."""
    require_city(actor, Right.MAKE_PAYMENTS)
    if not reason.strip():
        raise InvalidInput("没有写理由。", next_step="请写明为什么作废。", field="reason")
    lock_lists()
    run = lock_run(run_id, [*AT_WORK, PayRunState.CANCELLED], "作废")
    before = PayRunState(run.state)
    if before is PayRunState.CANCELLED:
        return made(run)
    if before is PayRunState.DRAFT:
        Payment.objects.filter(run=run, kind=PaymentKind.RECOVERY).delete()
        Payment.objects.filter(run=run).delete()
    else:
        Payment.objects.filter(run=run).update(state=PaymentState.WITHDRAWN)
    if before is PayRunState.APPROVED:
        amounts = dict(owed_postings(run, sign=-1))
        bring_forward(amounts)
        post_entry(
            actor, key=f"run:{run.pk}:cancelled", on=clock.today(), text=f"{run.month:%Y-%m}第{run.sequence}批作废", run=run, amounts=amounts
        )  # fmt: skip
    run.state, run.note = PayRunState.CANCELLED, reason.strip()
    run.save(update_fields=["state", "note"])
    detail = {"before": before.value, "reason": reason.strip()}
    audit.record(actor, "pay_run.cancelled", subject_type="pay_run", subject_id=run.pk, detail=detail)
    return made(run)
