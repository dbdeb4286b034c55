"""Published releases about the elders of the city: the list, what one says, one of its tables."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.statistics import queries
from songhe.contexts.statistics.queries import DimensionView, ReleaseBrief, TableView
from songhe.foundation.access import Right

router = Router()
SEE = Needs(Right.SEE_FIGURES)
Name = Annotated[PlainText, Field(max_length=63)]
Number = Annotated[int, Field(ge=1, le=2**31)]


class ReleaseOut(Schema):
    """A release. `state` is draft, returned, agreed, published or corrected; drafts are listed for who sees the whole city's figures.

    `corrects` is the release that this one takes the place of, `corrected_by` the one that takes its place. `sha256` is of the content.
    """

    id: int
    year: int
    title: str
    state: str
    as_of: dt.date
    cut_off: dt.datetime
    snapshot_sha256: str
    pack_version: str
    sha256: str
    corrects: int | None
    corrected_by: int | None
    reason: str
    published_at: dt.datetime | None


class CategoryOut(Schema):
    """A class of a dimension; `count` is null where it is not published. `parent` is the index of the class it adds to, -1 for none."""

    id: str
    title: str
    level: str
    parent: int
    count: int | None


class DimensionOut(Schema):
    """A way in which elders are divided."""

    id: str
    title: str
    definition: str
    categories: list[CategoryOut]


class TableBrief(Schema):
    """A table's name and the dimensions of its rows and columns."""

    id: str
    title: str
    rows: str
    columns: str


class ReleaseDetail(ReleaseOut):
    """A release with its dimensions; `not_told` are people of whom it cannot be told whether they belong (null: fewer than the threshold)."""

    place: str
    population: str
    definition: str
    total: int
    not_told: int | None
    threshold: int
    threshold_source: str
    threshold_note: str
    dimensions: list[DimensionOut]
    tables: list[TableBrief]


class TableOut(Schema):
    """Persons by two dimensions: `cells[row][column]`, null where a number is not published."""

    id: str
    title: str
    rows: DimensionOut
    columns: DimensionOut
    cells: list[list[int | None]]


def _brief(brief: ReleaseBrief) -> ReleaseOut:
    return ReleaseOut(
        id=brief.id, year=brief.year, title=brief.title, state=brief.state.value, as_of=brief.as_of, cut_off=brief.cut_off,
        snapshot_sha256=brief.snapshot, pack_version=brief.pack_version, sha256=brief.sha256, corrects=brief.corrects,
        corrected_by=brief.corrected_by, reason=brief.reason, published_at=brief.published_at,
    )  # fmt: skip


def _dimension(view: DimensionView) -> DimensionOut:
    categories = [CategoryOut(id=c.id, title=c.title, level=c.level, parent=c.parent, count=c.count) for c in view.categories]
    return DimensionOut(id=view.id, title=view.title, definition=view.definition, categories=categories)


def _table(view: TableView) -> TableBrief:
    return TableBrief(id=view.id, title=view.title, rows=view.rows.id, columns=view.columns.id)


@router.get(
    "", response={200: list[ReleaseOut], **REFUSALS}, auth=SEE, operation_id="list_releases", summary="Releases about elders"
)
def list_releases(request: CallerRequest) -> list[ReleaseOut]:
    """Newest year first."""
    return [_brief(brief) for brief in queries.releases(request.auth)]


@router.get(
    "/{release_id}", response={200: ReleaseDetail, **REFUSALS}, auth=SEE, operation_id="get_release", summary="One release"
)
def get_release(request: CallerRequest, release_id: Number) -> ReleaseDetail:
    """Who was counted and when, every dimension with its own counts, and which tables there are."""
    view = queries.release(request.auth, release_id=release_id)
    return ReleaseDetail(
        **_brief(view.brief).dict(), place=view.place, population=view.population, definition=view.definition, total=view.total,
        not_told=view.not_told, threshold=view.threshold, threshold_source=view.threshold_source, threshold_note=view.threshold_note,
        dimensions=[_dimension(part) for part in view.dimensions], tables=[_table(part) for part in view.tables],
    )  # fmt: skip


@router.get("/{release_id}/tables/{table}", response={200: TableOut, **REFUSALS}, auth=SEE, operation_id="get_release_table",
            summary="One table of a release")  # fmt: skip
def get_release_table(request: CallerRequest, release_id: Number, table: Name) -> TableOut:
    """All rows at once: a release is bounded by the city's places."""
    view = queries.release_table(request.auth, release_id=release_id, table=table)
    return TableOut(
        id=view.id, title=view.title, rows=_dimension(view.rows), columns=_dimension(view.columns), cells=[list(line) for line in view.cells]
    )  # fmt: skip
