"""The long steps of a run of payment. Each is one transaction: killed, it leaves nothing, and the job begins it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.events import StepAsked
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.errors import SongheError


@app.task(name="payment_step", queue="city")
def payment_step(run_id: int, step: str, user_id: int) -> None:
    """The step is done in the name of who asked for it, or the run says why not; done already, nothing happens."""
    try:
        actor = accounts.actor_of_user(user_id)
        _STEPS[step](actor, run_id)
    except SongheError as refused:
        actions.note_refusal(SYSTEM, run_id=run_id, sentence=f"{refused.sentence}{refused.next_step}")


def _prepare(actor: Actor, run_id: int) -> None:
    line = queries.run(actor, run_id=run_id).line
    actions.prepare_run(actor, month=line.month, purpose=line.purpose, progress=actions.session_progress(run_id))


def _freeze(actor: Actor, run_id: int) -> None:
    actions.freeze_run(actor, run_id=run_id, progress=actions.session_progress(run_id))


def _check(actor: Actor, run_id: int) -> None:
    actions.check_run(actor, run_id=run_id, progress=actions.session_progress(run_id))


def _make_files(actor: Actor, run_id: int) -> None:
    actions.make_bank_files(actor, run_id=run_id, progress=actions.session_progress(run_id))


_STEPS: Mapping[str, Callable[[Actor, int], None]] = {
    "prepare": _prepare,
    "freeze": _freeze,
    "check": _check,
    "make_files": _make_files,
}


def on_step_asked(event: StepAsked) -> None:
    """The step will be done soon; asked several times before it begins, it is done once."""
    name = f"payments:{event.run_id}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        payment_step.configure(lock=name, queueing_lock=f"{name}:{event.step}").defer(
            run_id=event.run_id, step=event.step, user_id=event.user_id
        )
