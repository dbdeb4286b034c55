"""Say of an item that was read: it is so, it is otherwise, it does not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.plan_tracking.access import document_for
from songhe.contexts.plan_tracking.actions.checked_fields import changed_fields
from songhe.contexts.plan_tracking.errors import ItemNotFound, NotReadYet
from songhe.contexts.plan_tracking.models import PlanDocument, ReadItem
from songhe.contexts.plan_tracking.words import DocumentStatus, ItemKind, ItemState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

DECISIONS: Mapping[str, ItemState] = {
    "accept": ItemState.ACCEPTED,
    "correct": ItemState.CORRECTED,
    "reject": ItemState.REJECTED,
    "reopen": ItemState.READ,
}
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Decided:
    """The item and its state now; `changed` are the fields that differ from what was read."""

    item_id: int
    state: ItemState
    changed: tuple[str, ...]


@transaction.atomic
def decide_item(
    actor: Actor,
    *,
    document_id: int,
    item_id: int,
    decision: str,
    corrected: Mapping[str, object] | None = None,
    reason: str = "",
) -> Decided:
    """The item is accepted, corrected, rejected or open again; a confirmed document has to be confirmed anew.

    `corrected` names the fields that are otherwise. Raises ItemNotFound, NotReadYet, InvalidInput with the field.
    """
    require(actor, Right.CHANGE_PACKS)
    document = readable(actor, document_id)
    item = ReadItem.objects.select_for_update().filter(document=document, pk=item_id).first()
    if item is None:
        raise ItemNotFound("这份文件里没有这一项。", next_step="请刷新页面后再看。")
    state = DECISIONS.get(decision)
    reason = " ".join(reason.split())
    if state is None:
        raise InvalidInput("请选择认可、更正或不算。", field="decision")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(f"理由不能超过{LONGEST_REASON}个字。", field="reason")
    changes: dict[str, object] = {}
    if state is ItemState.CORRECTED:
        changes = changed_fields(ItemKind(item.kind), item.read, corrected or {})
        state = ItemState.CORRECTED if changes else ItemState.ACCEPTED
    item.state, item.corrected = state, item.read | changes if changes else None
    item.reason, item.misfits = reason, []
    item.decided_by, item.decided_at = (None, None) if state is ItemState.READ else (actor.id, clock.now())
    item.save()
    open_again(document)
    detail = {"item": item.key, "state": str(state), "fields": sorted(changes)}
    audit.record(actor, "plan_tracking.decide_item", subject_type="plan_document", subject_id=document.pk, detail=detail)
    return Decided(item.pk, state, tuple(sorted(changes)))


@transaction.atomic
def accept_all_unchanged(actor: Actor, *, document_id: int, kind: str = "") -> int:
    """Every item (of one kind) that nobody has decided on, and on which no earlier correction waits, is accepted; how many."""
    require(actor, Right.CHANGE_PACKS)
    document = readable(actor, document_id)
    rows = ReadItem.objects.filter(document=document, state=ItemState.READ, misfits=[])
    if kind:
        rows = rows.filter(kind=kind)
    accepted = rows.update(state=ItemState.ACCEPTED, decided_by=actor.id, decided_at=clock.now())
    if accepted:
        open_again(document)
        detail = {"accepted": accepted, "kind": kind}
        audit.record(actor, "plan_tracking.accept_items", subject_type="plan_document", subject_id=document.pk, detail=detail)
    return accepted


def readable(actor: Actor, document_id: int) -> PlanDocument:
    """The document, locked, if it has been read; raises DocumentNotFound, NotReadYet."""
    document = document_for(actor, document_id, lock=True)
    if document.status not in (DocumentStatus.READ, DocumentStatus.CONFIRMED):
        raise NotReadYet("这份文件还没有读完，不能核对。", next_step="请稍后刷新页面。")
    return document


def open_again(document: PlanDocument) -> None:
    """What was confirmed has changed: it waits for a confirmation again."""
    if document.status == DocumentStatus.CONFIRMED:
        document.status, document.confirmed_by, document.confirmed_at = DocumentStatus.READ, None, None
        document.save(update_fields=["status", "confirmed_by", "confirmed_at"])
