"""Somebody has looked at the verdicts and confirms: the batch is let in soon, by a job."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.people.access import batch_for
from songhe.contexts.people.actions.check_batch import BatchResult, result_of
from songhe.contexts.people.errors import BatchNotReady
from songhe.contexts.people.events import AcceptRequested
from songhe.contexts.people.models import ImportBatch
from songhe.contexts.people.words import BatchStatus
from songhe.foundation import audit, outbox
from songhe.foundation.access import Actor, Right


@transaction.atomic
def request_accept(actor: Actor, *, batch_id: int) -> BatchResult:
    """The batch waits to be let in, in the name of this user; confirming it again changes nothing.

    Raises BatchNotReady for a batch that is not checked.
    """
    batch = batch_for(actor, batch_id, right=Right.ACCEPT_IMPORT, lock=True)
    if batch.status in (BatchStatus.ACCEPTING, BatchStatus.ACCEPTED):
        return result_of(batch)
    if batch.status != BatchStatus.CHECKED:
        raise BatchNotReady("这个批次还没有检查完，不能入库。", next_step="请等检查完成，看过结果后再确认入库。")
    batch.status, batch.problem = BatchStatus.ACCEPTING, ""
    batch.save(update_fields=["status", "problem"])
    outbox.publish(AcceptRequested(batch_id=batch.id, user_id=actor.id))
    audit.record(actor, "people.request_accept", subject_type="import_batch", subject_id=batch.id, detail=dict(batch.counts))
    return result_of(batch)


@transaction.atomic
def give_up_accepting(actor: Actor, *, batch_id: int, problem: str) -> BatchResult:
    """A batch that could not be let in can be confirmed again and says why; any other is left as it is."""
    batch = batch_for(actor, batch_id, right=Right.ACCEPT_IMPORT, lock=True)
    if ImportBatch.objects.filter(id=batch.id, status=BatchStatus.ACCEPTING).update(status=BatchStatus.CHECKED, problem=problem):
        batch.refresh_from_db()
    return result_of(batch)
