"""The file of a batch again, in its own layout, each row with what became of it: to be put right and sent again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from django.db import transaction

from songhe.contexts.people.access import batch_for
from songhe.contexts.people.actions.find_header import ADDED, SAMPLED_ROWS, FoundHeader, Meanings, find_header
from songhe.contexts.people.actions.judge_cells import text_of
from songhe.contexts.people.actions.read_sheets import Cell, Row, Sheet, opened_file
from songhe.contexts.people.actions.stage_rows import meanings_of
from songhe.contexts.people.actions.write_lines import Cell as WrittenCell
from songhe.contexts.people.actions.write_lines import CsvWriter, XlsxWriter
from songhe.contexts.people.errors import BatchNotReady
from songhe.contexts.people.models import ImportBatch, ImportRow
from songhe.contexts.people.queries.batches import masked, opened_corrections
from songhe.contexts.people.queries.dictionary import HIDDEN
from songhe.contexts.people.queries.headings import Taken
from songhe.contexts.people.queries.layouts import Layout, layout_of
from songhe.contexts.people.words import VERDICT_LABELS, BatchStatus, Verdict
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

PROBLEMS, ALL = "problems", "all"
KINDS = ("xlsx", "csv")
_PROBLEM_VERDICTS = (Verdict.CONFLICT, Verdict.REJECTED)
_READ = (BatchStatus.CHECKED, BatchStatus.ACCEPTING, BatchStatus.ACCEPTED)
_NOTHING_SAID = ("", "", "")
_Said = tuple[str, str, str]  # verdict, problems, remedies
_Place = tuple[str, int]  # sheet, row


@dataclass(frozen=True, slots=True)
class ResultFile:
    """What was written: a name for the file, xlsx or csv, how many rows of the batch it holds.

    `masked`: identifiers are masked and unknown columns hidden, because the actor neither sent the file nor may see them.
    """

    name: str
    kind: str
    rows: int
    masked: bool


@dataclass(frozen=True, slots=True)
class _What:
    """What is wanted of the file, and what was found of its rows."""

    everything: bool
    clear: bool
    said: Mapping[_Place, _Said]
    instead: Mapping[_Place, Mapping[str, str]]


@transaction.atomic
def export_results(actor: Actor, *, batch_id: int, into: IO[bytes], rows: str = PROBLEMS, kind: str = "") -> ResultFile:
    """The batch's file stands in `into`: its sheets, columns and order, with 处理结果, 问题, 怎么改 added; the audit chain says who took it.

    `rows`: problems (needing a look, or not let in), all (with the sheets that were not read), or one verdict. `kind`: xlsx or csv, else as
    it was sent; a csv holds the first sheet read. Raises BatchNotReady before the check has finished, InvalidInput for other words.
    """
    right = Right.ACCEPT_IMPORT if actor.may(Right.ACCEPT_IMPORT) else Right.IMPORT
    batch = batch_for(actor, batch_id, right=right)
    if batch.status not in _READ:
        raise BatchNotReady("这个文件还没有检查完。", next_step="请等检查完成后再下载。")
    if rows not in (PROBLEMS, ALL, *VERDICT_LABELS):
        raise InvalidInput("没有这种检查结果。", next_step="请从页面上的结果类别中选择。", field="rows")
    if kind not in ("", *KINDS):
        raise InvalidInput("没有这种格式。", next_step="请选 xlsx 或 csv。", field="format")
    clear = actor.id == batch.uploaded_by or all(actor.may(Right.REVEAL_SENSITIVE, path) for path in batch.area_paths)
    what = _What(rows == ALL, clear, _said(batch, rows), _corrected(batch))
    layout = layout_of(batch.department)
    kind, written = _write(batch, layout, meanings_of(batch), what, into, kind)
    detail = {"verdict": rows, "rows": written, "masked": not clear, "format": kind}
    audit.record(actor, "people.export_results", subject_type="import_batch", subject_id=batch.id, detail=detail)
    return ResultFile(f"{batch.department}-{layout.title}-检查结果", kind, written, not clear)


def _said(batch: ImportBatch, rows: str) -> Mapping[_Place, _Said]:
    wanted = {PROBLEMS: _PROBLEM_VERDICTS, ALL: tuple(Verdict)}.get(rows) or (Verdict(rows),)
    found = ImportRow.objects.filter(batch_id=batch.id, verdict__in=wanted).values_list(
        "sheet", "row", "verdict", "problems", "set_aside"
    )
    return {
        (sheet, row): _in_words(Verdict(word), problems, aside)
        for sheet, row, word, problems, aside in found.iterator(chunk_size=5000)
    }


def _in_words(verdict: Verdict, problems: Sequence[Mapping[str, str]], aside: str) -> _Said:
    if not problems and not aside:
        return (VERDICT_LABELS[verdict], "", "")
    told = [f"{problem['column']}：{problem['reason']}" if problem["column"] else problem["reason"] for problem in problems]
    remedies = dict.fromkeys(problem["remedy"] for problem in problems if problem["remedy"])
    return (VERDICT_LABELS[verdict] + (f"（已搁置：{aside}）" if aside else ""), "；".join(told), "；".join(remedies))


def _corrected(batch: ImportBatch) -> Mapping[_Place, Mapping[str, str]]:
    found = ImportRow.objects.filter(batch_id=batch.id).exclude(corrected_sealed=b"")
    return {(row.sheet, row.row): opened_corrections(row) for row in found}


def _write(batch: ImportBatch, layout: Layout, meanings: Meanings, what: _What, into: IO[bytes], kind: str) -> tuple[str, int]:
    """The kind written, and how many rows of the batch."""
    read = {sheet for sheet, _ in what.said}
    counted = [0]
    with opened_file(batch.file_id) as opened:
        kind = kind or ("csv" if opened.kind == "csv" else "xlsx")
        writer = CsvWriter(into) if kind == "csv" else XlsxWriter(into)
        written = 0
        for sheet in opened.sheets:
            head = list(itertools.islice(sheet.rows, SAMPLED_ROWS))
            found = find_header(sheet.name, head, layout, meanings)
            fits = found is not None and found.refusal is None and sheet.name in read
            if (fits or what.everything) and (kind == "xlsx" or (fits and not written)):
                lines = _result_lines(sheet, head, found, what, counted) if found and fits else _as_they_are(sheet, head, what)
                writer.sheet(sheet.name, lines, bold=frozenset({found.at}) if found and fits else frozenset())
                written += 1
        if not written:
            writer.sheet("检查结果", [("没有这一类的行",)])
        writer.close()
    return kind, counted[0]


def _as_they_are(sheet: Sheet, head: Sequence[Row], what: _What) -> Iterator[list[WrittenCell]]:
    """A sheet that was not read: as it was sent, or hidden from who may not see it."""
    for _, cells in itertools.chain(head, sheet.rows):
        yield [_shown(cell) if what.clear else (HIDDEN if _shown(cell) else "") for cell in cells]


def _result_lines(
    sheet: Sheet, head: Sequence[Row], found: FoundHeader, what: _What, counted: list[int]
) -> Iterator[list[WrittenCell]]:
    ours = frozenset(heading.place for heading in found.headings.headings if heading.taken is Taken.OURS)
    width = max(len(cells) for _, cells in head)
    fields = {place: column.field for place, column in found.columns}
    show = _plain if what.clear else _masked
    for at, (number, cells) in enumerate(itertools.chain(head, sheet.rows)):
        if at <= found.at:
            before = [_shown(cell) for cell in cells]
            yield _joined(before, ADDED if at == found.at else _NOTHING_SAID, width, ours)
            continue
        said = what.said.get((sheet.name, number))
        if said is not None:
            counted[0] += 1
        elif not what.everything:
            continue
        instead = what.instead.get((sheet.name, number), {})
        line = [_cell(cell, fields.get(place), instead, show) for place, cell in enumerate(cells)]
        yield _joined(line, said or _NOTHING_SAID, width, ours)


def _joined(cells: list[WrittenCell], added: Sequence[str], width: int, ours: frozenset[int]) -> list[WrittenCell]:
    """The cells without the columns that an earlier result had added, then ours."""
    own = [*cells[:width], *[""] * (width - len(cells))]
    kept = [cell for place, cell in enumerate(own) if place not in ours] if ours else own
    return [*kept, *added, *cells[width:]]


def _cell(
    cell: Cell, field: str | None, instead: Mapping[str, str], show: Callable[[str | None, WrittenCell], WrittenCell]
) -> WrittenCell:
    if field is None:
        return show(None, _shown(cell))
    return show(field, instead[field] if field in instead else text_of(cell) if not isinstance(cell, str) else cell)


def _shown(cell: Cell) -> WrittenCell:
    """A cell that is not a column of ours: text and numbers as they are, a date as text."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else cell
    return text_of(cell)


def _plain(field: str | None, cell: WrittenCell) -> WrittenCell:
    return cell


def _masked(field: str | None, cell: WrittenCell) -> WrittenCell:
    if field is None:
        return HIDDEN if cell not in (None, "") else ""
    return masked(field, text_of(cell))
