"""One run locked by its row: two who do the same at once do it one after the other, and the second finds it done."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from songhe.contexts.payments.errors import RunNotFound, WrongRunState
from songhe.contexts.payments.models import PayRun
from songhe.contexts.payments.words import PAY_RUN_STATE_LABELS, PayRunState
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Actor, Right, require

LISTS = 7_201_050  # the advisory lock of who makes a list or posts what is owed


def require_city(actor: Actor, right: Right) -> None:
    """The right at the whole city: a run, a fund and a bank file are never of a part of it."""
    require(actor, right, f"{policy.pack_in_use().pack.place.code}/")


def lock_lists() -> None:
    """Nobody else makes a list or posts to the ledger until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LISTS])


def lock_run(run_id: int, allowed: Collection[PayRunState], step: str) -> PayRun:
    """The run, locked and in one of the states; `step` says what somebody wants to do. Raises RunNotFound, WrongRunState."""
    run = PayRun.objects.select_for_update().filter(id=run_id).first()
    if run is None:
        raise RunNotFound("没有这一批发放。", next_step="请刷新列表。")
    if run.state not in allowed:
        now, wanted = PAY_RUN_STATE_LABELS[PayRunState(run.state)], "、".join(PAY_RUN_STATE_LABELS[state] for state in allowed)
        raise WrongRunState(f"这一批现在是“{now}”，不能{step}。", next_step=f"要在“{wanted}”的时候做，请刷新页面。")
    return run
