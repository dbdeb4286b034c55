"""A file that came with a comment, a notice or a meeting: looked at like evidence, kept once."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.plan_tracking.actions.attach_evidence import EvidenceAttached, clean_name, kind_of
from songhe.contexts.plan_tracking.errors import TaskNotFound
from songhe.contexts.plan_tracking.models import EntryFile
from songhe.contexts.plan_tracking.words import EVIDENCE_KINDS, LETTER_REGISTERS
from songhe.contexts.registers import queries as registers
from songhe.foundation import audit, clock, files, scanning
from songhe.foundation.access import Actor, Right, require


@transaction.atomic
def attach_to_entry(actor: Actor, *, entry_id: int, name: str, content: bytes) -> EvidenceAttached:
    """The file hangs on the register's entry. Raises EntryNotFound, AccessDenied, EvidenceRefused, FileInfected; a refused file writes nothing."""
    view = registers.entry(actor, entry_id=entry_id)
    require(actor, Right.KEEP_REGISTERS, view.line.area_path)
    if view.declared.id not in LETTER_REGISTERS:
        raise TaskNotFound("这本台账不收文件。", next_step="佐证材料请附在规划任务里。")
    kind = kind_of(content)
    cleaned, scanned = clean_name(name, kind), scanning.scan(content)
    stored = files.store(content, name=cleaned, content_type=EVIDENCE_KINDS[kind])
    known = EntryFile.objects.filter(entry_id=entry_id, file_id=stored.id).first()
    if known is not None:
        return EvidenceAttached(known.pk, known.name, known=True)
    made = EntryFile.objects.create(
        entry_id=entry_id, file_id=stored.id, name=cleaned, kind=kind, size=len(content), scanned_by=scanned, made_by=actor.id,
        made_by_name=actor.name, made_at=clock.now(),
    )  # fmt: skip
    detail = {"register": view.declared.id, "size": len(content), "hash": stored.sha256}
    audit.record(actor, "plan.attach_to_entry", subject_type="register_entry", subject_id=entry_id, detail=detail)
    return EvidenceAttached(made.pk, cleaned, known=False)
