"""The rows of a batch's file as they were sent, each with its verdict, so that a department can put them right and send them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.people.access import batch_for
from songhe.contexts.people.actions.judge_cells import masked, text_of
from songhe.contexts.people.actions.read_table import Table, read_tables
from songhe.contexts.people.errors import BatchNotReady
from songhe.contexts.people.models import ImportBatch, ImportRow
from songhe.contexts.people.queries.layouts import Column, Layout, layout_of
from songhe.contexts.people.words import VERDICT_LABELS, BatchStatus, Verdict
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

MOST = 200_000
_ADDED = ("工作表", "行号", "检查结果", "问题", "怎么改")
_READ = (BatchStatus.CHECKED, BatchStatus.ACCEPTING, BatchStatus.ACCEPTED)
_Said = tuple[str, str, str]  # verdict, problems, remedies


@dataclass(frozen=True, slots=True)
class ResultTable:
    """The file again: its columns by their proper headers, then sheet, row, verdict, problems and remedies.

    `masked`: identifiers are masked, because the actor neither sent the file nor may see them.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    masked: bool


@transaction.atomic
def export_results(actor: Actor, *, batch_id: int, verdict: str | None = None) -> ResultTable:
    """The rows (of one verdict) with what became of them; the audit chain says who took them.

    Raises BatchNotReady before the check has finished, InvalidInput for an unknown verdict or more than 200,000 rows.
    """
    right = Right.ACCEPT_IMPORT if actor.may(Right.ACCEPT_IMPORT) else Right.IMPORT
    batch = batch_for(actor, batch_id, right=right)
    if batch.status not in _READ:
        raise BatchNotReady("这个文件还没有检查完。", next_step="请等检查完成后再下载。")
    said = _said(batch, verdict)
    layout = layout_of(batch.department)
    clear = actor.id == batch.uploaded_by or all(actor.may(Right.REVEAL_SENSITIVE, path) for path in batch.area_paths)
    header, rows = _rows(batch, layout, said, _plain if clear else masked)
    detail = {"verdict": verdict or "", "rows": len(rows), "masked": not clear}
    audit.record(actor, "people.export_results", subject_type="import_batch", subject_id=batch.id, detail=detail)
    return ResultTable(f"{batch.department}-{layout.title}-检查结果", header, rows, not clear)


def _said(batch: ImportBatch, verdict: str | None) -> Mapping[tuple[str, int], _Said]:
    if verdict and verdict not in VERDICT_LABELS:
        raise InvalidInput("没有这种检查结果。", next_step="请从页面上的结果类别中选择。", field="verdict")
    found = ImportRow.objects.filter(batch_id=batch.id, **({"verdict": verdict} if verdict else {}))
    if found.count() > MOST:
        raise InvalidInput(f"这份文件超过{MOST:,}行，一次下载不了。", next_step="请按检查结果分类下载。", field="verdict")
    return {
        (sheet, row): (
            VERDICT_LABELS[Verdict(word)],
            "；".join(
                f"{problem['column']}：{problem['reason']}" if problem["column"] else problem["reason"] for problem in problems
            ),
            "；".join(dict.fromkeys(problem["remedy"] for problem in problems if problem["remedy"])),
        )
        for sheet, row, word, problems in found.values_list("sheet", "row", "verdict", "problems").iterator(chunk_size=5000)
    }


def _rows(
    batch: ImportBatch, layout: Layout, said: Mapping[tuple[str, int], _Said], show: Callable[[str, str], str]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Only the columns that some sheet has, in the layout's order."""
    lines: list[tuple[str, int, dict[str, str]]] = []
    present: set[str] = set()
    for table in read_tables(batch.file_id, layout):
        present |= {column.field for _, column in table.columns}
        lines += _lines(table, said, show)
    columns = tuple(column for column in layout.columns if column.field in present)
    sheets = len({sheet for sheet, _, _ in lines}) > 1
    header = (*(column.header for column in columns), *(_ADDED if sheets else _ADDED[1:]))
    return header, tuple(_line(columns, sheet, row, cells, said[sheet, row], sheets) for sheet, row, cells in lines)


def _lines(
    table: Table, said: Mapping[tuple[str, int], _Said], show: Callable[[str, str], str]
) -> Iterator[tuple[str, int, dict[str, str]]]:
    for number, cells in table.rows:
        if (table.sheet, number) in said:
            found = {c.field: show(c.field, text_of(cells[place])) for place, c in table.columns if place < len(cells)}
            yield table.sheet, number, found


def _line(
    columns: tuple[Column, ...], sheet: str, row: int, cells: Mapping[str, str], said: _Said, sheets: bool
) -> tuple[str, ...]:
    told = (str(row), *said)
    return (*(cells.get(column.field, "") for column in columns), *((sheet, *told) if sheets else told))


def _plain(field: str, text: str) -> str:
    return text
