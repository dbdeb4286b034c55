"""A row that would not go in, before the batch is let in: somebody corrects its cells and it is judged anew, or it is put aside with a reason."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping

from django.db import connection, transaction

from songhe.contexts.people.access import batch_for
from songhe.contexts.people.actions.check_batch import count_verdicts
from songhe.contexts.people.actions.match_rows import match_rows
from songhe.contexts.people.actions.one_at_a_time import quiet_people
from songhe.contexts.people.actions.stage_rows import seal_contents, stage_one_row
from songhe.contexts.people.errors import BatchNotReady, ReasonMissing, RowNotFound
from songhe.contexts.people.models import ImportBatch, ImportRow, StagedLink, StagedRow
from songhe.contexts.people.queries.batches import RowView, opened_corrections, row_context, row_view
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.words import BatchStatus, Verdict
from songhe.foundation import audit, work_items
from songhe.foundation.access import Actor, Right
from songhe.foundation.encryption import seal
from songhe.foundation.errors import InvalidInput

_LONGEST = 500
_LOOK = (Verdict.CONFLICT, Verdict.REJECTED)


@transaction.atomic
def correct_row(actor: Actor, *, batch_id: int, row_id: int, cells: Mapping[str, str]) -> RowView:
    """The cells (by layout field) count instead of the file's, and the row has a new verdict; the other rows keep theirs.

    Raises BatchNotReady unless the batch waits to be accepted, RowNotFound for a row that is not to be looked at, InvalidInput for cells that
    the layout has not.
    """
    batch = batch_for(actor, batch_id, right=Right.IMPORT, lock=True)
    row = _row_to_look_at(batch, row_id)
    if batch.status != BatchStatus.CHECKED:
        raise BatchNotReady("这个文件不在等待确认，不能在这里改。", next_step="已入库的，请下载有问题的行，改好后重新上传。")
    _check(batch, cells)
    instead = {**opened_corrections(row), **{field: text.strip() for field, text in cells.items()}}
    context = row_context(batch.id, row.sheet, row.row)
    with quiet_people():
        found = _judged_anew(batch, row, instead)
        row.verdict, row.person_id, row.changes, row.problems = found
        row.corrected_sealed, row.set_aside = seal(json.dumps(instead, ensure_ascii=False), context=context), ""
        row.content_sealed = next(blob for _, _, blob in seal_contents(batch, {(row.sheet, row.row)}))
        row.save(update_fields=["verdict", "person_id", "changes", "problems", "corrected_sealed", "set_aside", "content_sealed"])
    _recount(batch)
    detail = {"row": row.row, "fields": sorted(cells), "verdict": row.verdict}
    audit.record(actor, "people.correct_row", subject_type="import_batch", subject_id=batch.id, detail=detail)
    return row_view(row)


@transaction.atomic
def set_row_aside(actor: Actor, *, batch_id: int, row_id: int, reason: str) -> RowView:
    """The row is known not to go in, and why; nobody is asked to look at it any more. Raises RowNotFound, ReasonMissing."""
    batch = batch_for(actor, batch_id, right=Right.IMPORT, lock=True)
    row = _row_to_look_at(batch, row_id)
    if not reason.strip():
        raise ReasonMissing("请写明为什么搁置这一行。", next_step="例如：查无此人，已退回部门。", field="reason")
    row.set_aside = reason.strip()[:_LONGEST]
    row.save(update_fields=["set_aside"])
    work_items.close_by_keys(
        actor, keys=[f"import_conflict:{batch.id}:{row.sheet}:{row.row}"], outcome=f"已搁置：{row.set_aside}"
    )
    detail = {"row": row.row, "reason": row.set_aside}
    audit.record(actor, "people.set_row_aside", subject_type="import_batch", subject_id=batch.id, detail=detail)
    return row_view(row)


def _row_to_look_at(batch: ImportBatch, row_id: int) -> ImportRow:
    row = ImportRow.objects.select_for_update(of=("self",)).filter(batch_id=batch.id, id=row_id).first()
    if row is None or (row.verdict not in _LOOK and not row.corrected_sealed):
        raise RowNotFound("没有找到这一行，或者它不用改。", next_step="请回到检查结果重新选择。")
    return row


def _check(batch: ImportBatch, cells: Mapping[str, str]) -> None:
    known = {column.field for column in layout_of(batch.department).columns}
    if not cells or set(cells) - known or any(len(text) > _LONGEST or "\0" in text for text in cells.values()):
        raise InvalidInput("没有要改的内容，或者内容太长。", next_step="请在要改的格子里填写正确的内容。", field="cells")


def _judged_anew(
    batch: ImportBatch, row: ImportRow, instead: Mapping[str, str]
) -> tuple[str, int | None, list[str], list[object]]:
    """Verdict, person, changes and problems; the row stands in the staging table as it is now.

    The row is matched alone, under a number that no batch has, and then compared with the other rows of its file.
    """
    alone = copy.copy(batch)
    alone.id = -row.id
    for left in (StagedRow, StagedLink):
        left.objects.filter(batch_id=alone.id)._raw_delete("default")
    stage_one_row(batch, row.sheet, row.row, instead, batch_id=alone.id)
    match_rows(alone)
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, {"alone": alone.id, "batch": batch.id})
        verdict, person_id, changes, told, twice = cursor.fetchone()
    problems = json.loads(told)
    if twice is not None and verdict in (Verdict.NEW, Verdict.UPDATE):
        reason, remedy = f"第{twice}行已经是这个人。", "同一个人只留一行；多出来的请搁置。"
        problems = [
            *problems,
            {"column": "", "value": "", "code": "row_contradicts", "reason": reason, "remedy": remedy, "level": "error"},
        ]
        verdict = Verdict.CONFLICT.value
    for kept in (StagedRow, StagedLink):
        kept.objects.filter(batch_id=batch.id, sheet=row.sheet, row=row.row)._raw_delete("default")
        kept.objects.filter(batch_id=alone.id).update(batch_id=batch.id)
    return verdict, person_id, changes, problems


_FOUND = """
SELECT coalesce(m.verdict, 'rejected'), m.person_id, coalesce(m.changes, '{}'), s.problems || coalesce(m.problems, '[]'), (
    SELECT r.row FROM import_row r LEFT JOIN import_staged_row o ON o.batch_id = r.batch_id AND o.sheet = r.sheet AND o.row = r.row
    WHERE r.batch_id = %(batch)s AND r.verdict IN ('new', 'update', 'unchanged') AND (r.sheet, r.row) <> (s.sheet, s.row)
      AND (r.person_id = m.person_id OR o.id_index IN (s.id_index, s.former_index) OR o.former_index IN (s.id_index, s.former_index)) ORDER BY r.id LIMIT 1)
FROM import_staged_row s LEFT JOIN import_match m ON m.staged_id = s.id WHERE s.batch_id = %(alone)s
"""


def _recount(batch: ImportBatch) -> None:
    batch.counts = count_verdicts(batch.id)
    batch.save(update_fields=["counts"])
