"""Letting a confirmed batch in, in the name of who confirmed it."""

from __future__ import annotations

from procrastinate.contrib.django import app

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.people import actions
from songhe.contexts.people.events import AcceptRequested
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import SongheError

BROKEN_OFF = "入库没有完成，资料没有改动。请再确认一次；还是不行，请告诉系统管理员。"


@app.task(name="accept_batch", queue="imports", lock="accept_batch")
def accept_batch(batch_id: int, user_id: int) -> None:
    """The batch is in; or it can be confirmed again and says why it is not."""
    try:
        actions.accept_batch(accounts.actor_of_user(user_id), batch_id=batch_id)
    except Exception as error:  # whatever went wrong, nothing of the batch was written
        problem = f"{error.sentence}{error.next_step}" if isinstance(error, SongheError) else BROKEN_OFF
        actions.give_up_accepting(SYSTEM, batch_id=batch_id, problem=problem)
        raise


def on_accept_requested(event: AcceptRequested) -> None:
    """A job lets the batch in."""
    accept_batch.defer(batch_id=event.batch_id, user_id=event.user_id)
