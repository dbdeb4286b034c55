"""How far letting a batch in is: told through the session's own name, which others see although the transaction is not over.

It is gone by itself when the transaction ends, however it ends.
"""

from __future__ import annotations

from django.db import connection

from songhe.contexts.people.queries.batches import ACCEPTING_STEPS, SESSION


def tell_progress(batch_id: int, done: int, total: int, step: str) -> None:
    """The session is named by the batch, the step and how far it is."""
    place = ACCEPTING_STEPS.index(step) if step in ACCEPTING_STEPS else 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, true)", [f"{SESSION}{batch_id}:{place}:{done}:{total}"])
