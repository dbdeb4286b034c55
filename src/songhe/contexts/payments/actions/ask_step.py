"""A long step of a run is asked for; a job does it, and whoever looks at the run sees how far it is, or why it was refused."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from songhe.contexts.payments.actions.lock_run import lock_lists, lock_run, require_city
from songhe.contexts.payments.actions.prepare_run import RunMade, draft_of, made
from songhe.contexts.payments.errors import RunNotFound
from songhe.contexts.payments.events import StepAsked
from songhe.contexts.payments.models import PayRun
from songhe.contexts.payments.words import LongStep, PayRunState, Purpose
from songhe.foundation import outbox
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

_STEPS = {
    LongStep.PREPARE: (Right.MAKE_PAYMENTS, (PayRunState.DRAFT,), "列名单"),
    LongStep.FREEZE: (Right.MAKE_PAYMENTS, (PayRunState.DRAFT, PayRunState.FROZEN), "冻结名单"),
    LongStep.CHECK: (Right.MAKE_PAYMENTS, (PayRunState.FROZEN, PayRunState.CHECKED), "核对"),
    LongStep.MAKE_FILES: (Right.APPROVE_PAYMENTS, (PayRunState.APPROVED, PayRunState.SENT, PayRunState.CLOSED), "做银行文件"),
}


@transaction.atomic
def begin_run(actor: Actor, *, month: dt.date, purpose: Purpose = Purpose.GRANTS, note: str = "") -> RunMade:
    """An empty draft of the month stands, and its list is being made in the background; refusals as of `prepare_run`."""
    require_city(actor, Right.MAKE_PAYMENTS)
    _user(actor)
    lock_lists()
    run = draft_of(actor, month, Purpose(purpose), note)
    outbox.publish(StepAsked(run_id=run.pk, step=LongStep.PREPARE.value, user_id=actor.id))
    return made(run)


@transaction.atomic
def ask_step(actor: Actor, *, run_id: int, step: LongStep) -> RunMade:
    """The step will be done soon. Raises AccessDenied and WrongRunState as the step itself would."""
    right, states, words = _STEPS[LongStep(step)]
    require_city(actor, right)
    _user(actor)
    run = lock_run(run_id, states, words)
    PayRun.objects.filter(id=run.pk).update(refused="")
    outbox.publish(StepAsked(run_id=run.pk, step=LongStep(step).value, user_id=actor.id))
    return made(run)


@transaction.atomic
def note_refusal(actor: Actor, *, run_id: int, sentence: str) -> None:
    """The run says why the step that was asked for last was refused; by the job that tried it."""
    if actor.kind != "system" or not PayRun.objects.filter(id=run_id).update(refused=sentence):
        raise RunNotFound("没有这一批发放。", next_step="请刷新列表。")


def _user(actor: Actor) -> None:
    if actor.kind != "user":
        raise InvalidInput("后台办理只给人用。", next_step="程序请直接做这一步，等它完成。")
