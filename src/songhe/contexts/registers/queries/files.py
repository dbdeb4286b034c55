"""Files of a register with the verdict of each row, and the file again with its verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.basics.masking import mask_id_number
from songhe.contexts.registers.access import declared, file_for, files_visible_to
from songhe.contexts.registers.models import RegisterFile, RegisterFileRow
from songhe.contexts.registers.queries.field_values import HIDDEN
from songhe.contexts.registers.queries.file_layout import ID_NUMBER, FileColumn, layout_of
from songhe.contexts.registers.queries.read_file import read_file
from songhe.contexts.registers.words import FileStatus, Verdict
from songhe.foundation.access import Actor
from songhe.foundation.paging import Page, cursor_of, keys_of

VERDICT_LABELS: Mapping[Verdict, str] = {
    Verdict.NEW: "新增",
    Verdict.UPDATE: "更新",
    Verdict.UNCHANGED: "没有变化",
    Verdict.REJECTED: "不能入库",
}


@dataclass(frozen=True, slots=True)
class FileBrief:
    """A file of a register; `counts` has all four verdicts."""

    id: int
    register: str
    name: str
    status: FileStatus
    counts: Mapping[Verdict, int]
    ignored_columns: tuple[str, ...]
    uploaded_by: int
    uploaded_at: dt.datetime
    accepted_by: int | None
    accepted_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class FileProblem:
    """What is wrong in a row; `value` is masked where it has to be."""

    column: str
    value: str
    code: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FileRowView:
    """A row with its verdict; `changes` are the labels of what would change."""

    sheet: str
    row: int
    verdict: Verdict
    entry_id: int | None
    changes: tuple[str, ...]
    problems: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """A file and one page of its rows."""

    brief: FileBrief
    title: str
    rows: Page[FileRowView]


@dataclass(frozen=True, slots=True)
class FileResult:
    """The file again in its own layout, two columns added: the verdict and the problems."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def register_files(actor: Actor, *, register: str, after: str | None = None, limit: int = 50) -> Page[FileBrief]:
    """Files of a register that the actor may see, latest first."""
    found = declared(actor, register)
    rows = files_visible_to(actor).filter(register=found.id)
    if after is not None:
        rows = rows.filter(id__lt=keys_of(after, int)[0])
    taken = list(rows.order_by("-id")[: limit + 1])
    shown = taken[:limit]
    return Page(tuple(_brief(row) for row in shown), cursor_of(shown[-1].id) if len(taken) > limit else None)


def register_file(
    actor: Actor, *, file_id: int, verdict: Verdict | None = None, after: str | None = None, limit: int = 50
) -> FileView:
    """A file with its rows in order, all or those of one verdict."""
    kept, register = file_for(actor, file_id)
    rows = RegisterFileRow.objects.filter(file=kept)
    if verdict is not None:
        rows = rows.filter(verdict=verdict)
    if after is not None:
        rows = rows.filter(id__gt=keys_of(after, int)[0])
    taken = list(rows.order_by("id")[: limit + 1])
    shown = taken[:limit]
    page = Page(tuple(_row(row) for row in shown), cursor_of(shown[-1].id) if len(taken) > limit else None)
    return FileView(_brief(kept), register.title, page)


def file_result(actor: Actor, *, file_id: int) -> FileResult:
    """The file with its verdicts, to be corrected and sent again. Whoever did not send it sees identifiers and sensitive cells masked."""
    kept, register = file_for(actor, file_id)
    layout = layout_of(register)
    read = read_file(kept.file_id, layout)
    verdicts = {(row.sheet, row.row): _row(row) for row in RegisterFileRow.objects.filter(file=kept)}
    sensitive = frozenset(field.id for field in register.fields if field.sensitive)
    own = kept.uploaded_by == actor.id and actor.kind == "user"
    lines = []
    for row in read.rows:
        view = verdicts[row.sheet, row.row]
        cells = [_cell(column, row.cells.get(column.is_, ""), sensitive, own) for column in layout.columns]
        said = "；".join(f"{p.column}：{p.reason}{p.remedy}" if p.column else f"{p.reason}{p.remedy}" for p in view.problems)
        lines.append((*cells, VERDICT_LABELS[view.verdict], said))
    header = (*(column.header for column in layout.columns), "检查结果", "存在的问题")
    return FileResult(f"{register.title}-检查结果", header, tuple(lines))


def _cell(column: FileColumn, text: str, sensitive: frozenset[str], own: bool) -> str:
    if own or not text:
        return text
    return mask_id_number(text) if column.is_ == ID_NUMBER else HIDDEN if column.is_ in sensitive else text


def _brief(kept: RegisterFile) -> FileBrief:
    return FileBrief(
        kept.id, kept.register, kept.file_name, FileStatus(kept.status), {v: int(kept.counts.get(v.value, 0)) for v in Verdict},
        tuple(kept.ignored_columns), kept.uploaded_by, kept.uploaded_at, kept.accepted_by, kept.accepted_at,
    )  # fmt: skip


def _row(row: RegisterFileRow) -> FileRowView:
    problems = tuple(FileProblem(**problem) for problem in row.problems)
    return FileRowView(row.sheet, row.row, Verdict(row.verdict), row.entry_id, tuple(row.changes), problems)
