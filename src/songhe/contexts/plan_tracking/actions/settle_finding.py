"""Say what became of something that does not fit in a document."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.plan_tracking.actions.decide_item import readable
from songhe.contexts.plan_tracking.errors import ItemNotFound
from songhe.contexts.plan_tracking.models import FindingKept
from songhe.contexts.plan_tracking.words import FindingState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

LONGEST_NOTE = 300


@transaction.atomic
def settle_finding(actor: Actor, *, document_id: int, finding_id: int, note: str, settled: bool = True) -> None:
    """The finding is settled with a note that says how, or open again. Raises ItemNotFound, InvalidInput without a note."""
    require(actor, Right.CHANGE_PACKS)
    document = readable(actor, document_id)
    finding = FindingKept.objects.select_for_update().filter(document=document, pk=finding_id).first()
    if finding is None:
        raise ItemNotFound("这份文件里没有这个问题。", next_step="请刷新页面后再看。")
    note = " ".join(note.split())
    if settled and not 1 <= len(note) <= LONGEST_NOTE:
        raise InvalidInput(
            f"请写明怎样处理，不超过{LONGEST_NOTE}个字。", next_step="例如：已请起草单位核实，以表中的数为准。", field="note"
        )
    finding.state = FindingState.SETTLED if settled else FindingState.OPEN
    finding.note = note
    finding.settled_by, finding.settled_at = (actor.id, clock.now()) if settled else (None, None)
    finding.save()
    detail = {"finding": finding.number, "state": finding.state}
    audit.record(actor, "plan_tracking.settle_finding", subject_type="plan_document", subject_id=document.pk, detail=detail)
