"""What a clerk said about a file's columns: for this file at once, for the sender's next files with the same headers once it is let in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.db import transaction

from songhe.contexts.people.access import batch_for
from songhe.contexts.people.actions.find_header import Remembered
from songhe.contexts.people.errors import BatchNotReady
from songhe.contexts.people.models import ImportBatch, SenderMapping
from songhe.contexts.people.queries.headings import SHEET, Taken, opened_headings
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.words import BatchStatus
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

_MAY_SAY = (BatchStatus.UPLOADED, BatchStatus.NEEDS_COLUMNS, BatchStatus.CHECKED, BatchStatus.FAILED)


@transaction.atomic
def say_columns(actor: Actor, *, batch_id: int, columns: Mapping[str, str]) -> None:
    """The headers mean these layout fields ("" leaves a column, or under 工作表：name a sheet, out); the file waits to be checked again.

    Raises InvalidInput for a field that the layout has not or that is given twice, BatchNotReady once the batch is let in.
    """
    batch = batch_for(actor, batch_id, right=Right.IMPORT, lock=True)
    if batch.status not in _MAY_SAY:
        raise BatchNotReady(
            "这个文件正在检查或已经入库，不能再改列的意思。", next_step="请等检查完再改；已入库的，请上传新的文件。"
        )
    _check(batch, columns)
    batch.columns = {**columns}
    batch.status, batch.problem = BatchStatus.UPLOADED, ""
    batch.save(update_fields=["columns", "status", "problem"])
    named = sorted({field for field in columns.values() if field})
    audit.record(actor, "people.say_columns", subject_type="import_batch", subject_id=batch.id, detail={"fields": named})


def _check(batch: ImportBatch, columns: Mapping[str, str]) -> None:
    known = {column.field: column.header for column in layout_of(batch.department).columns}
    strange = next((field for field in columns.values() if field and field not in known), None)
    if strange is not None:
        raise InvalidInput("没有这个项目。", next_step="请从页面上的项目中选择。", field="columns")
    for sheet in opened_headings(batch.id, batch.headings_sealed):
        if columns.get(f"{SHEET}{sheet.sheet}") == "":
            continue
        said = [field for label in sheet.labels if (field := columns.get(label))]
        twice = next((field for field in said if said.count(field) > 1), None)
        if twice is not None:
            raise InvalidInput(f"“{known[twice]}”选了两次。", next_step="每个项目只能对一列，其余的请选“不读”。", field="columns")


def remembered_for(batch: ImportBatch) -> Remembered:
    """Looks up what was said of the same headers in an earlier file of this sender."""

    def remembered(labels: tuple[str, ...]) -> Mapping[str, str]:
        found = SenderMapping.objects.filter(
            department=batch.department, sender=_sender(batch), signature=_signature(labels)
        ).first()
        return {str(label): str(field) for label, field in found.columns.items()} if found else {}

    return remembered


def remember_mapping(actor: Actor, batch: ImportBatch) -> None:
    """What was said (or remembered) of this batch's headers holds for the sender's next file with the same ones."""
    for sheet in opened_headings(batch.id, batch.headings_sealed):
        said = {h.label: h.field for h in sheet.headings if h.taken in (Taken.CHOSEN, Taken.REMEMBERED, Taken.LEFT_OUT)}
        if said:
            SenderMapping.objects.update_or_create(
                department=batch.department, sender=_sender(batch), signature=_signature(sheet.labels),
                defaults={"columns": said, "used_at": clock.now(), "used_by": actor.id},
            )  # fmt: skip


def _sender(batch: ImportBatch) -> str:
    return ",".join(sorted(batch.area_paths))


def _signature(labels: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps(labels, ensure_ascii=False).encode()).hexdigest()
