"""How far a long step is: told through the session's own name, which others see although the transaction is not over."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from songhe.contexts.payments.words import SESSION, STEPS

__all__ = ["STEPS", "Progress", "session_progress", "silent"]
Progress = Callable[[int, int, str], None]


def silent(done: int, total: int, step: str) -> None:
    """Progress nobody watches."""


def session_progress(run_id: int) -> Progress:
    """Progress that `queries.step_of` shows; gone by itself when the transaction ends, however it ends."""

    def told(done: int, total: int, step: str) -> None:
        place = STEPS.index(step) if step in STEPS else 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, true)", [f"{SESSION}{run_id}:{place}:{done}:{total}"])

    return told
