"""Import batches and the verdict on each row."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.db import connection

from songhe.basics.masking import mask_address, mask_bank_account, mask_id_number, mask_phone
from songhe.contexts.people.access import batch_for, batches_visible_to
from songhe.contexts.people.errors import RowNotFound
from songhe.contexts.people.models import ImportBatch, ImportRow
from songhe.contexts.people.queries.dictionary import HIDDEN, find_variable
from songhe.contexts.people.words import BATCH_STATUS_LABELS, IDENTITY_LABELS, VERDICT_LABELS, BatchStatus, Verdict
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.encryption import open_sealed
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page, cursor_of, keys_of

PAGE = 100
SESSION = "songhe:import:"
ACCEPTING_STEPS = ("准备", "重新读取文件", "再次与人口资料比对", "写入人员和户", "汇总各部门说法", "更新户", "完成")
_MASKS: Mapping[str, Callable[[str], str]] = {
    "id_number": mask_id_number, "former_id_number": mask_id_number, "phone": mask_phone, "address": mask_address, "bank_account": mask_bank_account,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchBrief:
    """One file in the list. `counts` holds all five verdicts once it is checked and adds up to `total`; `problem` says why a file failed or was not let in.

    `notes` is what is to be said of the file as a whole; `same_as` an accepted batch of exactly the same file, department and day and
    `step` how far letting it in is (both looked up for one batch, not in lists).
    """

    id: int
    department: str
    file_name: str
    stated_on: dt.date
    status: BatchStatus
    status_label: str
    counts: Mapping[Verdict, int]
    total: int
    progress: int
    problem: str
    ignored_columns: tuple[str, ...]
    uploaded_by: int
    uploaded_at: dt.datetime
    accepted_at: dt.datetime | None
    accepted_by: int | None = None
    notes: tuple[str, ...] = ()
    same_as: int | None = None
    step: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in a cell, in words a clerk can act on. `level` is error (the row stays out) or notice (it goes in all the same)."""

    column: str
    value: str
    code: str
    reason: str
    remedy: str
    level: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row's verdict. `changes` are Chinese labels; `content` is (header, cell) where a human has to look, sensitive cells masked.

    `fields` are the layout fields of `content`, `corrected` the labels of cells corrected on the page, `set_aside` why it was put aside.
    """

    id: int
    sheet: str
    row: int
    verdict: Verdict
    verdict_label: str
    person_id: int | None
    changes: tuple[str, ...]
    problems: tuple[RowProblem, ...]
    content: tuple[tuple[str, str], ...]
    fields: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    set_aside: str = ""


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch and one page of its rows, in the order of the file."""

    brief: BatchBrief
    rows: Page[RowView]
    may_accept: bool


def list_batches(
    actor: Actor, *, department: str | None = None, status: str | None = None, limit: int = 50, after: str | None = None
) -> Page[BatchBrief]:
    """Batches sent from within the actor's areas (of one department by its label, in one state), newest first."""
    if not actor.may(Right.ACCEPT_IMPORT):
        require(actor, Right.IMPORT)
    rows = batches_visible_to(actor).order_by("-id")
    if department:
        rows = rows.filter(department=department)
    if status:
        rows = rows.filter(status=status)
    if after is not None:
        rows = rows.filter(id__lt=keys_of(after, int)[0])
    found = list(rows[: limit + 1])
    return Page(tuple(brief(b) for b in found[:limit]), cursor_of(found[limit - 1].id) if len(found) > limit else None)


def batch(actor: Actor, *, batch_id: int, verdict: str | None = None, after: str | None = None, limit: int = PAGE) -> BatchView:
    """A batch with up to `limit` rows (of one verdict); BatchNotFound where the actor may not see it."""
    right = Right.ACCEPT_IMPORT if actor.may(Right.ACCEPT_IMPORT) else Right.IMPORT
    found = batch_for(actor, batch_id, right=right)
    rows = ImportRow.objects.filter(batch_id=found.id)
    if verdict:
        if verdict not in VERDICT_LABELS:
            raise InvalidInput("没有这种检查结果。", next_step="请从页面上的结果类别中选择。", field="verdict")
        rows = rows.filter(verdict=verdict)
    if after is not None:
        rows = rows.filter(id__gt=keys_of(after, int)[0])
    page = list(rows.order_by("id")[: limit + 1])
    following = cursor_of(page[limit - 1].id) if len(page) > limit else None
    may_accept = found.status == BatchStatus.CHECKED and all(actor.may(Right.ACCEPT_IMPORT, path) for path in found.area_paths)
    shown = replace(brief(found), same_as=_same_as(actor, found), step=_step(found))
    return BatchView(shown, Page(tuple(row_view(r) for r in page[:limit]), following), may_accept)


def batch_row(actor: Actor, *, batch_id: int, row_id: int) -> RowView:
    """One row of a batch; BatchNotFound or RowNotFound where the actor may not see it or it is not there."""
    found = batch_for(actor, batch_id, right=Right.ACCEPT_IMPORT if actor.may(Right.ACCEPT_IMPORT) else Right.IMPORT)
    row = ImportRow.objects.filter(batch_id=found.id, id=row_id).first()
    if row is None:
        raise RowNotFound("没有找到这一行。", next_step="请回到检查结果重新选择。")
    return row_view(row)


def brief(b: ImportBatch) -> BatchBrief:
    """The batch as a list line."""
    status = BatchStatus(b.status)
    return BatchBrief(
        b.id, b.department, b.file_name, b.stated_on, status, BATCH_STATUS_LABELS[status], {v: b.counts[v] for v in Verdict if v in b.counts},
        b.total, b.progress, b.problem, tuple(b.ignored_columns), b.uploaded_by, b.uploaded_at, b.accepted_at, b.accepted_by, tuple(b.notes),
    )  # fmt: skip


def _step(b: ImportBatch) -> str:
    """How far letting the batch in is, as its session tells; empty where nobody is at it."""
    if b.status != BatchStatus.ACCEPTING:
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT application_name FROM pg_stat_activity WHERE application_name LIKE %s", [f"{SESSION}{b.id}:%"])
        found = cursor.fetchone()
    if found is None:
        return ""
    place, done, total = (int(part) for part in found[0].removeprefix(f"{SESSION}{b.id}:").split(":"))
    rows = f"，{done:,}行" if ACCEPTING_STEPS[place] == "重新读取文件" and total else ""
    return f"第{place}步，共{len(ACCEPTING_STEPS) - 1}步：{ACCEPTING_STEPS[place]}{rows}"


def _same_as(actor: Actor, b: ImportBatch) -> int | None:
    """An accepted batch that the actor may see of the same content."""
    same = batches_visible_to(actor).filter(file_id=b.file_id, department=b.department, stated_on=b.stated_on, columns=b.columns)
    return same.filter(status=BatchStatus.ACCEPTED, id__lt=b.id).order_by("id").values_list("id", flat=True).first()


def row_context(batch_id: int, sheet: str, row: int) -> str:
    """What the sealed content of a row is bound to."""
    return f"people:import:{batch_id}:{sheet}:{row}"


def opened_corrections(row: ImportRow) -> Mapping[str, str]:
    """The cells by field that somebody put in place of the file's; empty where nobody did."""
    if not row.corrected_sealed:
        return {}
    found: dict[str, str] = json.loads(open_sealed(row.corrected_sealed, context=row_context(row.batch_id, row.sheet, row.row)))
    return found


def row_view(r: ImportRow) -> RowView:
    """A row with its verdict, cells masked."""
    verdict = Verdict(r.verdict)
    cells = tuple((field, header, text) for field, header, text in _content(r))
    return RowView(
        r.id, r.sheet, r.row, verdict, VERDICT_LABELS[verdict], r.person_id, tuple(_label(name) for name in r.changes),
        tuple(RowProblem(**problem) for problem in r.problems), tuple((header, masked(field, text)) for field, header, text in cells),
        tuple(field for field, _, _ in cells), tuple(IDENTITY_LABELS.get(f) or _label(f) for f in opened_corrections(r)), r.set_aside,
    )  # fmt: skip


def _content(r: ImportRow) -> list[tuple[str, str, str]]:
    """(field, header, cell), with what somebody corrected."""
    if not r.content_sealed:
        return []
    instead = opened_corrections(r)
    cells = json.loads(open_sealed(r.content_sealed, context=row_context(r.batch_id, r.sheet, r.row)))
    return [(field, header, instead.get(field, text)) for field, header, text in cells]


def masked(field: str, text: str) -> str:
    """A cell's text as a problem or a page may quote it."""
    hide = _MASKS.get(field)
    if hide is not None:
        return hide(text)
    variable = find_variable(field)
    if text and (field == "diagnosis" or (variable is not None and variable.sensitive)):
        return HIDDEN
    return text[:60]


def _label(name: str) -> str:
    variable = find_variable(name)
    return variable.label if variable else IDENTITY_LABELS.get(name, name)
