"""Take in a plan document; a short one is read at once, a long one by a job."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from songhe.contexts.plan_tracking.access import document_for
from songhe.contexts.plan_tracking.actions.read_plan_document import Understood, understand, write_reading
from songhe.contexts.plan_tracking.errors import DocumentRefused
from songhe.contexts.plan_tracking.events import PlanUploaded
from songhe.contexts.plan_tracking.models import PlanDocument
from songhe.contexts.plan_tracking.words import DocumentStatus, Stage
from songhe.engines.plan_reading.documents import LARGEST
from songhe.foundation import audit, clock, files, outbox, scanning
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

LONGEST_TITLE = 120
AT_ONCE = 400_000  # bytes: read while the sender waits, in less than two seconds
PDF_AT_ONCE = 120_000  # a page of a PDF takes longer
_UPLOADS = 7_202_011  # the advisory lock's class; its number is the content's


@dataclass(frozen=True, slots=True)
class PlanTakenIn:
    """`known`: the very same file is here already, and nothing was written. `waiting`: a job reads it."""

    id: int
    known: bool
    waiting: bool


def refuse_too_large(size: int) -> None:
    """Refuse a file by its size, before anything of it is kept."""
    if size > LARGEST:
        sentence = f"文件有{-(-size // 1_048_576)}兆，超过了{LARGEST // 1_048_576}兆的上限，没有接收。"
        raise DocumentRefused(sentence, next_step="请只上传方案正文，不带图片和附件。", field="content")


@transaction.atomic
def upload_plan(
    actor: Actor, *, name: str, content: bytes, stage: str = Stage.ISSUED, title: str = "", version_of: int | None = None
) -> PlanTakenIn:
    """The document is kept, with what was read of it if it is short; raises DocumentRefused for what is no readable plan.

    The same content again is the same document. `version_of` is the version before, whose corrections are applied again.
    """
    require(actor, Right.CHANGE_PACKS)
    if stage not in set(Stage):
        raise InvalidInput("请说明是征求意见稿还是已印发的文件。", field="stage")
    title = " ".join(title.split())
    if len(title) > LONGEST_TITLE:
        raise InvalidInput(f"名称不能超过{LONGEST_TITLE}个字。", field="title")
    refuse_too_large(len(content))
    before = document_for(actor, version_of) if version_of is not None else None
    sha = hashlib.sha256(content).hexdigest()
    with connection.cursor() as cursor:  # two senders of one file wait for each other
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_UPLOADS, sha])
    known = PlanDocument.objects.filter(sha256=sha).first()
    if known is not None and known.status != DocumentStatus.FAILED:
        return PlanTakenIn(known.pk, True, known.status in (DocumentStatus.UPLOADED, DocumentStatus.READING))
    scanning.scan(content)
    waits = len(content) > (PDF_AT_ONCE if content[:1024].lstrip().startswith(b"%PDF") else AT_ONCE)
    understood = None if waits else understand(content, name)
    document = known or PlanDocument(sha256=sha, uploaded_by=actor.id, uploaded_at=clock.now())
    _fill(document, name, content, title, stage, before, understood)
    detail: dict[str, object] = {"size": len(content), "stage": str(stage), "version_of": version_of or 0}
    if understood is not None:
        detail |= write_reading(document, understood).counts
    audit.record(actor, "plan_tracking.upload_plan", subject_type="plan_document", subject_id=document.pk, detail=detail)
    if understood is None:
        outbox.publish(PlanUploaded(document.pk))
    return PlanTakenIn(document.pk, False, understood is None)


def _fill(
    document: PlanDocument,
    name: str,
    content: bytes,
    title: str,
    stage: str,
    before: PlanDocument | None,
    understood: Understood | None,
) -> None:
    stem, suffix = Path(name).stem[:100] or "plan", Path(name).suffix.lower().lstrip(".")
    kind = understood.kind if understood else "pdf" if content[:1024].lstrip().startswith(b"%PDF") else suffix or "txt"
    stored = files.store(content, name=f"{stem}.{kind}")
    document.title = title or (understood.title if understood else "") or stem
    document.file_id, document.file_name = stored.id, f"{stem}.{kind}"
    document.stage, document.version_of = stage, before
    document.status, document.problem = DocumentStatus.UPLOADED, ""
    document.save()
