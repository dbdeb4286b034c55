"""Sheets sent to communities to be filled in: which there are, how far each is, and whom one may ask about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from songhe.contexts.people.access import sheet_for, sheets_visible_to, visible_to
from songhe.contexts.people.models import ImportRow, SheetRequest
from songhe.contexts.people.queries.batches import BatchBrief, RowView, brief, row_view
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.queries.layouts import Column, Layout, layout_of
from songhe.contexts.people.words import COMMUNITY, Verdict
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page, cursor_of, keys_of
from songhe.foundation.scope import rows_within

MOST_LACKING = 20_000
_ROWS_SHOWN = 200
_ASKABLE = frozenset({"phone", "address"})


@dataclass(frozen=True, slots=True)
class SheetView:
    """One sheet. `state` is open, checking (it came back), waiting (it waits to be let in), closed; `labels` are what has to be filled in."""

    id: int
    department: str
    area_path: str
    labels: tuple[str, ...]
    people: int
    reason: str
    due_on: dt.date | None
    overdue: bool
    created_by: int
    created_at: dt.datetime
    closed_at: dt.datetime | None
    batch: BatchBrief | None

    @property
    def state(self) -> str:
        """In one word."""
        if self.closed_at is not None:
            return "closed"
        if self.batch is None:
            return "open"
        return {"uploaded": "checking", "checking": "checking", "checked": "waiting", "accepting": "waiting"}.get(
            self.batch.status, "open"
        )


@dataclass(frozen=True, slots=True)
class SheetDetail:
    """A sheet with the rows of its last return that somebody has to put right."""

    sheet: SheetView
    problems: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class Lacking:
    """People about whom something is not known. `more`: there are more than were looked for."""

    person_ids: tuple[int, ...]
    more: bool


def may_be_asked(layout: Layout) -> tuple[Column, ...]:
    """Columns of a layout that a sheet may ask for: facts, and how somebody is reached; not who somebody is, nothing sensitive."""
    return tuple(column for column in layout.columns if column.field in _ASKABLE or _is_plain_fact(column.field))


def _is_plain_fact(field: str) -> bool:
    variable = find_variable(field)
    return variable is not None and not variable.sensitive and field not in ("birth_date", "sex")


def askable_fields(*, department: str = COMMUNITY) -> tuple[tuple[str, str], ...]:
    """(field, header) of what a sheet of the department's layout may ask for."""
    return tuple((column.field, column.header) for column in may_be_asked(layout_of(department)))


def sheets(
    actor: Actor, *, area_path: str = "", closed: bool = False, limit: int = 50, after: str | None = None
) -> Page[SheetView]:
    """Open (or closed) sheets in the actor's areas: the one due first at the beginning, those without a day at the end; newest first if closed."""
    require(actor, Right.SEE_PEOPLE)
    rows = (
        sheets_visible_to(actor, area_path=area_path).filter(closed_at__isnull=not closed).select_related("batch").order_by("-id")
    )
    if after is not None:
        rows = rows.filter(id__lt=keys_of(after, int)[0])
    found = list(rows[: limit + 1])
    shown = tuple(_view(row) for row in found[:limit])
    if not closed:
        shown = tuple(sorted(shown, key=lambda sheet: (sheet.due_on is None, sheet.due_on or dt.date.max, sheet.id)))
    return Page(shown, cursor_of(found[limit - 1].id) if len(found) > limit else None)


def sheet(actor: Actor, *, request_id: int) -> SheetDetail:
    """One sheet; SheetNotFound outside the actor's areas."""
    row = sheet_for(actor, request_id, right=Right.SEE_PEOPLE)
    problems: Sequence[ImportRow] = ()
    if row.batch_id is not None:
        look = ImportRow.objects.filter(batch_id=row.batch_id, verdict__in=[Verdict.CONFLICT, Verdict.REJECTED])
        problems = list(look.order_by("id")[:_ROWS_SHOWN])
    return SheetDetail(_view(row), tuple(row_view(problem) for problem in problems))


def people_lacking(actor: Actor, *, variable: str, area_path: str = "", from_age: int = 60) -> Lacking:
    """Living people of an age in the actor's areas about whom nobody has said the fact: those a sheet would ask about."""
    require(actor, Right.SEE_PEOPLE)
    if find_variable(variable) is None:
        raise InvalidInput("没有这个项目。", next_step="请从页面上的项目中选择。", field="variable")
    today = clock.today()
    born = dt.date(today.year - from_age, today.month, min(today.day, 28) if today.month == 2 else today.day)
    rows = visible_to(actor, area_path=area_path).filter(rows_within(actor, Right.IMPORT), birth_date__lte=born)
    rows = rows.exclude(facts__has_key=variable).exclude(facts__alive=False)
    found = list(rows.order_by("area_path", "household_id", "id").values_list("id", flat=True)[: MOST_LACKING + 1])
    return Lacking(tuple(found[:MOST_LACKING]), len(found) > MOST_LACKING)


def _view(row: SheetRequest) -> SheetView:
    headers = {column.field: column.header for column in layout_of(row.department).columns}
    overdue = row.closed_at is None and row.due_on is not None and row.due_on < clock.today()
    return SheetView(
        row.id, row.department, row.area_path, tuple(headers.get(field, field) for field in row.fields), len(row.person_ids), row.reason, row.due_on,
        overdue, row.created_by, row.created_at, row.closed_at, brief(row.batch) if row.batch is not None else None,
    )  # fmt: skip
