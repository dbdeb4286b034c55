"""Indicators over the API: every figure with its definition, one of them with its course, and the rows behind it."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import BeforeValidator, ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.statistics import actions, queries
from songhe.contexts.statistics.queries import AreaFigure, FigureRow, FigureView, Point, RevisionView, Side
from songhe.foundation.access import Right


def iso_day(text: object) -> object:
    """A day as YYYY-MM-DD; anything else (a number is days since 1970 to the parser) is refused."""
    if isinstance(text, str) and (len(text) != 10 or text.isdigit()):
        raise ValueError("a day is written YYYY-MM-DD")
    return text


router = Router()
SEE = Needs(Right.SEE_FIGURES)
Name = Annotated[PlainText, Field(max_length=63)]
Area = Annotated[PlainText, Field(max_length=100)]
Month = Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 12, 31))]
IsoMonth = Annotated[Month, BeforeValidator(iso_day)]


class IndicatorOut(Schema):
    """An indicator and its newest figure. Numbers are decimal texts; `value` is null unless `state` is measured, never 0 for "nothing to divide".

    `unknown` are rows that cannot be told; they are in no numerator. `revision` 0 is the month that still runs. `needs` says what must exist first.
    """

    id: str
    title: str
    theme: str
    unit: str
    direction: str  # up | down | none
    version: str
    scope: str
    definition: str
    state: Literal["measured", "no_data_yet", "nothing_to_divide"]
    needs: str
    area_path: str
    period: dt.date | None
    cut_off: dt.datetime | None
    revision: int | None
    numerator: Decimal | None
    denominator: Decimal | None
    unknown: int | None
    value: Decimal | None
    snapshot_sha256: str


class PointOut(Schema):
    """One value over time: printed in a document, or measured."""

    on: dt.date
    value: Decimal | None
    kind: str  # printed | measured
    source: str


class RevisionOut(Schema):
    """One counting of a month that is kept."""

    period: dt.date
    revision: int
    cut_off: dt.datetime
    reason: str
    numerator: Decimal | None
    denominator: Decimal | None
    unknown: int | None
    value: Decimal | None
    snapshot_sha256: str


class AreaFigureOut(Schema):
    """The figure of one town below."""

    area_path: str
    numerator: Decimal
    denominator: Decimal | None
    unknown: int
    value: Decimal | None


class IndicatorDetail(IndicatorOut):
    """An indicator with its towns, its course and its revisions."""

    towns: list[AreaFigureOut]
    series: list[PointOut]
    revisions: list[RevisionOut]


class RowOut(Schema):
    """One row behind a figure: `counts` is what it adds. A person has `public_id` and `name` where the caller may see people there."""

    kind: str  # person | household | area | entry
    public_id: uuid.UUID | None
    name: str
    place: str
    area_path: str
    counts: Decimal


class RowPage(Schema):
    """A page of rows; `rows` and `total` are of the whole list and always what the figure says."""

    items: list[RowOut]
    next: str | None
    rows: int
    total: Decimal


class Where(Schema):
    """Narrows figures to an area path and a month."""

    model_config = ConfigDict(extra="forbid")

    area: Area = ""
    period: IsoMonth | None = None


class RowsAsked(Schema):
    """Which rows: one side of a figure, in an area, of a month and revision; and what they are opened for, which the audit chain keeps.

    `use` is the id of one of the city's uses of data that ask nobody's consent; checking how a figure came about where none is named.
    """

    model_config = ConfigDict(extra="forbid")

    side: Literal["numerator", "denominator", "unknown"] = "numerator"
    use: Name = actions.USE
    area: Area = ""
    period: IsoMonth | None = None
    revision: Annotated[int, Field(ge=0, le=10_000)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Cursor | None = None


def _figure(view: FigureView) -> IndicatorOut:
    return IndicatorOut(
        id=view.id, title=view.title, theme=view.theme, unit=view.unit, direction=view.direction, version=view.version, scope=view.scope,
        definition=view.definition, state=view.state.value, needs=view.needs, area_path=view.area_path, period=view.period, cut_off=view.cut_off,
        revision=view.revision, numerator=view.numerator, denominator=view.denominator, unknown=view.unknown, value=view.value,
        snapshot_sha256=view.snapshot,
    )  # fmt: skip


def _town(row: AreaFigure) -> AreaFigureOut:
    return AreaFigureOut(
        area_path=row.area_path, numerator=row.numerator, denominator=row.denominator, unknown=row.unknown, value=row.value
    )


def _point(point: Point) -> PointOut:
    return PointOut(on=point.on, value=point.value, kind=point.kind, source=point.source)


def _revision(row: RevisionView) -> RevisionOut:
    return RevisionOut(
        period=row.period, revision=row.revision, cut_off=row.cut_off, reason=row.reason, numerator=row.numerator, denominator=row.denominator,
        unknown=row.unknown, value=row.value, snapshot_sha256=row.snapshot,
    )  # fmt: skip


def _row(row: FigureRow) -> RowOut:
    brief = row.person
    return RowOut(
        kind=row.kind,
        public_id=uuid.UUID(brief.public_id) if brief else None,
        name=brief.name if brief else row.title,
        place=brief.place if brief else row.place,
        area_path=row.area_path,
        counts=row.counts,
    )


@router.get(
    "",
    response={200: list[IndicatorOut], **REFUSALS},
    auth=SEE,
    operation_id="list_indicators",
    summary="Every indicator with its figure",
)
def list_indicators(request: CallerRequest, where: Query[Where]) -> list[IndicatorOut]:
    """All indicators of the pack in its order, also those without data yet; newest figures, or those of a month."""
    return [_figure(view) for view in queries.figures(request.auth, area_path=where.area, period=where.period)]


@router.get(
    "/{indicator}", response={200: IndicatorDetail, **REFUSALS}, auth=SEE, operation_id="get_indicator", summary="One indicator"
)
def get_indicator(request: CallerRequest, indicator: Name, where: Query[Where]) -> IndicatorDetail:
    """Its figure, the towns below, what was printed and measured over time, and every revision that is kept."""
    view = queries.figure(request.auth, indicator=indicator, area_path=where.area, period=where.period)
    towns = queries.by_area(request.auth, indicator=indicator, level="town", area_path=where.area, period=where.period)
    points = queries.series(request.auth, indicators=[indicator], area_path=where.area)[indicator]
    kept = queries.revisions(request.auth, indicator=indicator, area_path=where.area)
    return IndicatorDetail(
        **_figure(view).dict(), towns=[_town(row) for row in towns], series=[_point(point) for point in points],
        revisions=[_revision(row) for row in kept],
    )  # fmt: skip


@router.get("/{indicator}/rows", response={200: RowPage, **REFUSALS}, auth=SEE, operation_id="list_indicator_rows",
            summary="The rows behind a figure")  # fmt: skip
def list_indicator_rows(request: CallerRequest, indicator: Name, asked: Query[RowsAsked]) -> RowPage:
    """One side of a figure, counted again from that figure's own snapshot; keyset paging. Every page is a look in the audit chain."""
    found = actions.open_rows(
        request.auth, indicator=indicator, side=Side(asked.side), use=asked.use, area_path=asked.area, after=asked.after, limit=asked.limit,
        period=asked.period, revision=asked.revision,
    )  # fmt: skip
    return RowPage(items=[_row(row) for row in found.page.items], next=found.page.next, rows=found.rows, total=found.total)
