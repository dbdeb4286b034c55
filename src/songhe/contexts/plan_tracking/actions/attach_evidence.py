"""A file that proves what was done hangs on a task: looked at by its content, its name cleaned, kept once."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.plan_tracking.access import acting_unit, task_for
from songhe.contexts.plan_tracking.actions.keep_steps import ledger_row
from songhe.contexts.plan_tracking.errors import EvidenceRefused, TaskNotFound
from songhe.contexts.plan_tracking.models import Evidence, TaskStep
from songhe.contexts.plan_tracking.words import EVIDENCE_KINDS, PLAN_TASK
from songhe.foundation import audit, clock, files, scanning
from songhe.foundation.access import Actor

LARGEST = 20 * (1 << 20)
LONGEST_NAME = 80
_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_ACTIVE = ("vbaproject.bin", "activex", "embeddings/", "macrosheets/", "externallinks/")
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")


@dataclass(frozen=True, slots=True)
class EvidenceAttached:
    """`known`: the task had this content already, and nothing was written."""

    id: int
    name: str
    known: bool


@transaction.atomic
def attach_evidence(actor: Actor, *, task_id: str, name: str, content: bytes, step_id: int | None = None) -> EvidenceAttached:
    """The file hangs on the task. Raises TaskNotFound, NotYourTask, EvidenceRefused, FileInfected; a refused file writes nothing."""
    task = task_for(actor, task_id)
    unit = acting_unit(actor, task, leading=False)
    kind = kind_of(content)
    cleaned, scanned = clean_name(name, kind), scanning.scan(content)
    row = ledger_row(task_id)
    step = TaskStep.objects.filter(pk=step_id, task=row).first() if step_id is not None else None
    if step_id is not None and step is None:
        raise TaskNotFound("这项任务没有这个步骤。", next_step="请刷新页面重新选择。", field="step")
    stored = files.store(content, name=cleaned, content_type=EVIDENCE_KINDS[kind])
    known = Evidence.objects.filter(task=row, file_id=stored.id).first()
    if known is not None:
        return EvidenceAttached(known.pk, known.name, known=True)
    made = Evidence.objects.create(
        task=row, step=step, file_id=stored.id, name=cleaned, kind=kind, size=len(content), unit=unit, scanned_by=scanned, made_by=actor.id,
        made_by_name=actor.name, made_at=clock.now(),
    )  # fmt: skip
    detail = {"task": task_id, "size": len(content), "hash": stored.sha256, "unit": unit}
    audit.record(actor, "plan.attach_evidence", subject_type=PLAN_TASK, subject_id=row.pk, detail=detail)
    return EvidenceAttached(made.pk, cleaned, known=False)


def refuse_size(size: int) -> None:
    """Refuse an empty or too large file, before anything of it is read."""
    if size == 0:
        raise EvidenceRefused("文件是空的，没有接收。", next_step="请确认选对了文件。", field="file")
    if size > LARGEST:
        raise EvidenceRefused(
            f"文件有{-(-size // (1 << 20))}兆，超过了20兆的上限，没有接收。", next_step="请压缩图片或拆成几个文件。", field="file"
        )


def kind_of(content: bytes) -> str:
    """What the content is, whatever its name says: one of words.EVIDENCE_KINDS; raises EvidenceRefused for anything else or active."""
    refuse_size(len(content))
    if content.startswith(b"%PDF-"):
        return "pdf" if not _ACTIVE_PDF.search(content) else _refuse("PDF里带有脚本或附件")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(content)
    return _text_kind(content)


def _office_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            names = book.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return _refuse("文件损坏，打不开")
    if any(mark in name.lower() for name in names for mark in _ACTIVE):
        return _refuse("文件里带有宏、控件或嵌入的对象")
    return next((kind for part, kind in _PARTS.items() if part in names), "") or _refuse("不接收压缩包")


def _text_kind(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _refuse("认不出这是什么文件")
    strange = sum(unicodedata.category(sign) == "Cc" and sign not in "\n\r\t" for sign in text)
    start = text.lstrip().lower()
    if strange or start.startswith(("<", "#!", "mz")):
        return _refuse("认不出这是什么文件")
    return "txt"


def _refuse(why: str) -> str:
    raise EvidenceRefused(
        f"{why}，没有接收。", next_step="请上传PDF、Word（docx）、Excel（xlsx）、PNG、JPG或纯文本文件。", field="file"
    )


def clean_name(name: str, kind: str) -> str:
    """The last part of the path without control and direction signs, at most 80 signs, with the ending of what it really is."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(
        sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*'
    )
    stem = plain.rsplit(".", 1)[0] if "." in plain else plain
    stem = " ".join(stem.split()).strip(" .")[:LONGEST_NAME] or "佐证材料"
    return f"{stem}.{kind}"
