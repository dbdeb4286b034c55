"""A release as its pages show it: bars with their numbers, tables that open to the places below, the map by town."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from songhe.contexts.places import queries as places
from songhe.contexts.statistics.queries import Category, DimensionView, ReleaseView, TableView

NOT_SHOWN = "不公布"
AREA, TOWN = "area", "town"
TONES = ("first", "second", "third", "fourth", "none")
Href = Callable[[str, str], str]  # of a table's id and an area path


@dataclass(frozen=True, slots=True)
class BarLine:
    """One bar: its length against the longest, the number and the share beside it; `count` None where nothing is shown."""

    title: str
    count: int | None
    shown: str
    share: str
    tone: str


@dataclass(frozen=True, slots=True)
class BarGroup:
    """A row of bars under one title."""

    title: str
    lines: tuple[BarLine, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of bars from zero to `most`; `legend` names the tones where a group has several bars."""

    id: str
    title: str
    definition: str
    groups: tuple[BarGroup, ...]
    most: int
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row of a table; `href` opens the places below it, `code` ties it to the map."""

    title: str
    cells: tuple[str, ...]
    total: str
    href: str
    code: str


@dataclass(frozen=True, slots=True)
class TableShown:
    """A table as it is drawn: the places of one level where its rows are places. `hidden` says that some numbers are left out."""

    id: str
    title: str
    head: str
    columns: tuple[str, ...]
    rows: tuple[RowShown, ...]
    totals: RowShown | None
    hidden: bool
    definitions: tuple[tuple[str, str], ...]


def number(count: int | None) -> str:
    """Grouped by thousands, or that it is not shown."""
    return NOT_SHOWN if count is None else f"{count:,}"


def share(count: int | None, total: int) -> str:
    """In per cent with one place; empty where the number is not shown or there is nobody."""
    return "" if count is None or not total else f"{100 * count / total:.1f}%"


def bars_of(view: ReleaseView) -> tuple[Bars, ...]:
    """One chart for every dimension but the places."""
    return tuple(_bars(dimension, view.total) for dimension in view.dimensions if dimension.id != AREA)


def _bars(dimension: DimensionView, total: int) -> Bars:
    lines = tuple(
        BarLine(c.title, c.count, number(c.count), share(c.count, total), "quiet" if c.id == "cannot_tell" else "")
        for c in dimension.categories
    )
    most = max((line.count or 0 for line in lines), default=0)
    return Bars(dimension.id, dimension.title, dimension.definition, (BarGroup("", lines),), most)


def pairs_of(view: ReleaseView) -> tuple[Bars, ...]:
    """Charts of the tables that are drawn with bars side by side; columns that are empty everywhere are told in the table only."""
    return tuple(_pairs(table) for table in view.tables if table.chart == "pairs" and len(table.columns.categories) <= len(TONES))


def _pairs(table: TableView) -> Bars:
    shown = [place for place, _ in enumerate(table.columns.categories) if any(line[place] != 0 for line in table.cells)]
    tones = {place: "quiet" if table.columns.categories[place].id == "cannot_tell" else TONES[place] for place in shown}
    groups = tuple(
        BarGroup(
            row.title,
            tuple(BarLine(table.columns.categories[p].title, line[p], number(line[p]), "", tones[p]) for p in shown),
        )
        for row, line in zip(table.rows.categories, table.cells, strict=True)
        if any(line[p] != 0 for p in shown)
    )
    most = max((bar.count or 0 for group in groups for bar in group.lines), default=0)
    legend = tuple((tones[p], table.columns.categories[p].title) for p in shown)
    return Bars(table.id, table.title, f"{table.rows.definition}；{table.columns.definition}", groups, most, legend)


def table_shown(view: ReleaseView, table: TableView, href: Href, area: str = "") -> TableShown:
    """The table; of places those right below `area` (all that add to nothing else, where none is named)."""
    categories = table.rows.categories
    at = next((place for place, category in enumerate(categories) if category.id == area), -1)
    inner = {category.parent for category in categories}
    places_shown = [place for place, category in enumerate(categories) if category.parent == at]
    rows = tuple(
        RowShown(
            categories[place].title,
            tuple(number(cell) for cell in table.cells[place]),
            number(categories[place].count),
            href(table.id, categories[place].id) if place in inner else "",
            _code(categories[place]),
        )
        for place in places_shown
    )
    totals = _totals(view, table) if at < 0 else _row(categories[at], table.cells[at])
    hidden = any(NOT_SHOWN in (*row.cells, row.total) for row in rows)
    definitions = tuple((d.title, d.definition) for d in (table.rows, table.columns))
    return TableShown(
        table.id,
        table.title,
        _head(table, at),
        tuple(c.title for c in table.columns.categories),
        rows,
        totals,
        hidden,
        definitions,
    )


def _row(category: Category, cells: tuple[int | None, ...]) -> RowShown:
    return RowShown(f"{category.title}合计", tuple(number(cell) for cell in cells), number(category.count), "", "")


def _totals(view: ReleaseView, table: TableView) -> RowShown:
    return RowShown("合计", tuple(number(c.count) for c in table.columns.categories), number(view.total), "", "")


def _head(table: TableView, at: int) -> str:
    return table.rows.title if table.rows.id != AREA else "区域" if at < 0 else "村（社区）或下级区域"


def _code(category: Category) -> str:
    return category.id.rstrip("/").split("/")[-1] if category.level else ""


def trail_of(view: ReleaseView, area: str) -> tuple[tuple[str, str], ...]:
    """The places on the way to `area` with their paths."""
    known = {category.id: category for category in view.dimension(AREA).categories}
    return tuple((path, known[path].title) for path in known if area.startswith(path) and known[path].level)


def map_of(view: ReleaseView, href: Callable[[str], str]) -> Mapping[str, object] | None:
    """The towns' outlines with their elders; None where there is nothing to compare or no outline is known."""
    counts = {category.id: category for category in view.dimension(AREA).categories if category.level == TOWN}
    shapes = [outline for outline in places.outlines("", TOWN) if outline.path in counts]
    if len(shapes) < 2:
        return None
    features = []
    for shape in shapes:
        count = counts[shape.path].count
        properties = {
            "code": shape.code,
            "name": shape.name,
            "value": count,
            "shown": f"{number(count)}{' 人' if count is not None else ''}",
        }
        properties["href"] = href(shape.path)
        features.append({"type": "Feature", "properties": properties, "geometry": json.loads(shape.geometry)})
    note = "示意图，不是行政区划界线" if any(shape.schematic for shape in shapes) else ""
    return {"type": "FeatureCollection", "note": note, "features": features}


def towns_of(view: ReleaseView, href: Callable[[str], str]) -> tuple[RowShown, ...]:
    """The towns with their elders and the share of all."""
    return tuple(
        RowShown(c.title, (share(c.count, view.total),), number(c.count), href(c.id), _code(c))
        for c in view.dimension(AREA).categories
        if c.level == TOWN
    )
