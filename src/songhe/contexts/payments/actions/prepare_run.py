"""A draft of a month's run: what is due is opened and listed. Asked again, the draft is listed anew; two at once make one."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from songhe.contexts.entitlements import actions as grants
from songhe.contexts.payments.actions.list_payments import list_payments
from songhe.contexts.payments.actions.lock_run import lock_lists, require_city
from songhe.contexts.payments.actions.tell_progress import STEPS, Progress, silent
from songhe.contexts.payments.errors import NothingToPay, RunAtWork
from songhe.contexts.payments.models import PayRun
from songhe.contexts.payments.words import AT_WORK, PAY_RUN_STATE_LABELS, PayRunState, Purpose
from songhe.foundation import audit, clock
from songhe.foundation.access import SYSTEM, Actor, Right
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class RunMade:
    """A run after a step. `payments` are the lines of the list, `amount` in fen what the banks are to pay (less what is kept back)."""

    run_id: int
    public_id: uuid.UUID
    state: PayRunState
    payments: int
    amount: int
    list_hash: str = ""


def made(run: PayRun) -> RunMade:
    """The run as a record."""
    return RunMade(run.pk, run.public_id, PayRunState(run.state), run.payments, run.amount, run.list_hash)


@transaction.atomic
def prepare_run(
    actor: Actor, *, month: dt.date, purpose: Purpose = Purpose.GRANTS, note: str = "", progress: Progress = silent
) -> RunMade:
    """A draft of the month lists the regular payments, arrears, what is paid again and what is kept back.

    A draft of the same month is listed anew. Raises RunAtWork while another run of the purpose is not sent, NothingToPay (nothing is
    written then), InvalidInput for a month that has not begun.
    """
    require_city(actor, Right.MAKE_PAYMENTS)
    purpose = Purpose(purpose)
    lock_lists()
    run = draft_of(actor, month, purpose, note)
    first = run.month
    if purpose is Purpose.GRANTS:
        progress(0, len(STEPS) - 1, STEPS[0])
        grants.open_month(SYSTEM, month=first)
    list_payments(run, with_accounts=False, progress=progress)
    if run.payments == 0:
        raise NothingToPay(f"{first.year}年{first.month}月没有要发的款。", next_step="没有新的应发，也没有要补发的；不用再做。")
    run.save()
    detail = {"month": first, "purpose": purpose.value, "payments": run.payments, "amount": run.amount}
    audit.record(actor, "pay_run.prepared", subject_type="pay_run", subject_id=run.pk, detail=detail)
    progress(len(STEPS) - 1, len(STEPS) - 1, STEPS[-1])
    return made(run)


def draft_of(actor: Actor, day: dt.date, purpose: Purpose, note: str) -> PayRun:
    """The actor's draft of the day's month, locked; a new one where no run is at work. The caller holds the lock of lists."""
    month = day.replace(day=1)
    if month > clock.today():
        raise InvalidInput(
            f"{month.year}年{month.month}月还没有到，不能发放。", next_step="请选择本月或以前的月份。", field="month"
        )
    at_work = PayRun.objects.select_for_update().filter(purpose=purpose, state__in=AT_WORK).first()
    if at_work is None:
        last = PayRun.objects.filter(month=month, purpose=purpose).aggregate(last=Max("sequence"))["last"] or 0
        return PayRun.objects.create(
            month=month,
            sequence=last + 1,
            purpose=purpose,
            state=PayRunState.DRAFT,
            made_by=actor.id,
            made_at=clock.now(),
            note=note,
        )
    if at_work.state == PayRunState.DRAFT and at_work.month == month and at_work.made_by == actor.id:
        return at_work
    label = PAY_RUN_STATE_LABELS[PayRunState(at_work.state)]
    raise RunAtWork(
        f"{at_work.month.year}年{at_work.month.month}月第{at_work.sequence}批还没有送银行（{label}）。",
        next_step="请先办完那一批，或把它作废。",
    )
