"""Confirm what was read of a document: the draft pack is then what a person stands for."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.plan_tracking.actions.decide_item import readable
from songhe.contexts.plan_tracking.errors import StillUndecided
from songhe.contexts.plan_tracking.models import ReadItem
from songhe.contexts.plan_tracking.words import DocumentStatus, ItemState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require


@transaction.atomic
def confirm_plan(actor: Actor, *, document_id: int) -> bool:
    """The document is confirmed; False where it was before. Raises StillUndecided while items wait for a decision."""
    require(actor, Right.CHANGE_PACKS)
    document = readable(actor, document_id)
    if document.status == DocumentStatus.CONFIRMED:
        return False
    states = list(ReadItem.objects.filter(document=document).values_list("state", flat=True))
    undecided = states.count(ItemState.READ)
    if undecided:
        raise StillUndecided(f"还有{undecided}项没有核对，不能确认。", next_step="请先核对；没有问题的可以一起认可。")
    document.status, document.confirmed_by, document.confirmed_at = DocumentStatus.CONFIRMED, actor.id, clock.now()
    document.save(update_fields=["status", "confirmed_by", "confirmed_at"])
    detail = {str(state): states.count(state) for state in (ItemState.ACCEPTED, ItemState.CORRECTED, ItemState.REJECTED)}
    audit.record(actor, "plan_tracking.confirm_plan", subject_type="plan_document", subject_id=document.pk, detail=detail)
    return True
