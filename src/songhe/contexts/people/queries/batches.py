"""Import batches and the verdict on each row."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.people.access import batch_for, batches_visible_to
from songhe.contexts.people.models import ImportBatch, ImportRow
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.words import BATCH_STATUS_LABELS, IDENTITY_LABELS, VERDICT_LABELS, BatchStatus, Verdict
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.encryption import open_sealed
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page, cursor_of, keys_of

PAGE = 100


@dataclass(frozen=True, slots=True)
class BatchBrief:
    """One file in the list. `counts` holds all five verdicts once it is checked and adds up to `total`; `problem` says why a file failed or was not let in."""

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
    """A row's verdict. `changes` are Chinese labels; `content` is (header, cell) where a human has to look, sensitive cells masked."""

    sheet: str
    row: int
    verdict: Verdict
    verdict_label: str
    person_id: int | None
    changes: tuple[str, ...]
    problems: tuple[RowProblem, ...]
    content: tuple[tuple[str, str], ...]


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


def batch(actor: Actor, *, batch_id: int, verdict: str | None = None, after: str | None = None) -> BatchView:
    """A batch with up to 100 rows (of one verdict); BatchNotFound where the actor may not see it."""
    right = Right.ACCEPT_IMPORT if actor.may(Right.ACCEPT_IMPORT) else Right.IMPORT
    found = batch_for(actor, batch_id, right=right)
    rows = ImportRow.objects.filter(batch_id=found.id)
    if verdict:
        if verdict not in VERDICT_LABELS:
            raise InvalidInput("没有这种检查结果。", next_step="请从页面上的结果类别中选择。", field="verdict")
        rows = rows.filter(verdict=verdict)
    if after is not None:
        rows = rows.filter(id__gt=keys_of(after, int)[0])
    page = list(rows.order_by("id")[: PAGE + 1])
    following = cursor_of(page[PAGE - 1].id) if len(page) > PAGE else None
    may_accept = found.status == BatchStatus.CHECKED and all(actor.may(Right.ACCEPT_IMPORT, path) for path in found.area_paths)
    return BatchView(brief(found), Page(tuple(_row(found.id, r) for r in page[:PAGE]), following), may_accept)


def brief(b: ImportBatch) -> BatchBrief:
    """The batch as a list line."""
    status = BatchStatus(b.status)
    return BatchBrief(
        b.id, b.department, b.file_name, b.stated_on, status, BATCH_STATUS_LABELS[status], {v: b.counts[v] for v in Verdict if v in b.counts},
        b.total, b.progress, b.problem, tuple(b.ignored_columns), b.uploaded_by, b.uploaded_at, b.accepted_at, b.accepted_by,
    )  # fmt: skip


def row_context(batch_id: int, sheet: str, row: int) -> str:
    """What the sealed content of a row is bound to."""
    return f"people:import:{batch_id}:{sheet}:{row}"


def _row(batch_id: int, r: ImportRow) -> RowView:
    content = json.loads(open_sealed(r.content_sealed, context=row_context(batch_id, r.sheet, r.row))) if r.content_sealed else []
    verdict = Verdict(r.verdict)
    return RowView(
        r.sheet, r.row, verdict, VERDICT_LABELS[verdict], r.person_id, tuple(_label(name) for name in r.changes),
        tuple(RowProblem(**problem) for problem in r.problems), tuple((header, cell) for header, cell in content),
    )  # fmt: skip


def _label(name: str) -> str:
    variable = find_variable(name)
    return variable.label if variable else IDENTITY_LABELS.get(name, name)
