"""Indicators in words and numbers, as pages and files show them: values with their places, sides, small lines, towns on a map."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.queries import AreaFigure, FigureView, Point, State
from songhe.engines.policy.counting import AREA, HOUSEHOLD, PERSON, REGISTER, source_variables
from songhe.engines.policy.pack import Cited, CountEntry, Pack
from songhe.web.city import drawing
from songhe.web.city.drawing import Chart, Value
from songhe.web.city.rule_words import in_words

DIRECTION_WORDS: Mapping[str, str] = {"up": "越高越好", "down": "越低越好", "none": "只作参考"}
SIDE_WORDS: Mapping[str, str] = {"numerator": "分子", "denominator": "分母", "unknown": "不能判断"}
_SOURCES: Mapping[str, str] = {PERSON: "人", HOUSEHOLD: "户", AREA: "区划"}


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator of the list; `value` is empty where there is none, then `why` says the reason."""

    view: FigureView
    value: str
    why: str
    spark: Chart | None


@dataclass(frozen=True, slots=True)
class TownLine:
    """One area below, with its numbers; `href` opens its rows."""

    code: str
    path: str
    name: str
    numerator: Decimal
    denominator: Decimal | None
    unknown: int
    value: str


def number(value: Decimal | float | None, places: int = 2) -> str:
    """Grouped, at most so many decimals, without zeros at the end; nothing is a dash."""
    if value is None:
        return "—"
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded + 0:,f}"  # a rounded -0.001 is 0, not -0
    return text.rstrip("0").rstrip(".") if "." in text else text


def why_of(view: FigureView) -> str:
    """Why there is no value."""
    if view.state is State.NOTHING_TO_DIVIDE:
        return "这个区域没有可以作分母的记录"
    if view.state is State.NO_DATA_YET:
        return view.needs or ("还没有统计过" if view.period is None else "还没有这项资料")
    return ""


def line_of(view: FigureView, points: Sequence[Point]) -> IndicatorLine:
    """The indicator as a line of the list."""
    value = number(view.value, view.places) if view.value is not None else ""
    return IndicatorLine(view, value, why_of(view), spark_of(view, points))


def spark_of(view: FigureView, points: Sequence[Point]) -> Chart | None:
    """A small line over time; None where there are not two values to join."""
    values = values_of(view, points)
    if len({value.on for value in values}) < 2:
        return None
    first, last = values[0], values[-1]
    return drawing.spark(values, None, f"{first.on.year}年{first.label}，{last.on.year}年{last.label}")


def chart_of(view: FigureView, points: Sequence[Point]) -> Chart | None:
    """The whole line over time; None where there are not two days."""
    values = values_of(view, points)
    if len({value.on for value in values}) < 2:
        return None
    return drawing.history(values, None, "", None, f"{view.title}历次的数，数值见下面的表")


def values_of(view: FigureView, points: Sequence[Point]) -> tuple[Value, ...]:
    """The points that have a value."""
    return tuple(
        Value(point.on, float(point.value), f"{number(point.value, view.places)}{view.unit}", point.kind == "printed")
        for point in points
        if point.value is not None
    )


def town_lines(view: FigureView, rows: Sequence[AreaFigure], names: Mapping[str, str]) -> tuple[TownLine, ...]:
    """Areas below in the order of their paths."""
    return tuple(
        TownLine(
            row.area_path.rstrip("/").split("/")[-1], row.area_path, names.get(row.area_path, row.area_path), row.numerator, row.denominator,
            row.unknown, number(row.value, view.places),
        )
        for row in rows
    )  # fmt: skip


def map_of(view: FigureView, rows: Sequence[AreaFigure], href: str) -> Mapping[str, object] | None:
    """The areas' outlines with their values; None where there is nothing to compare or no outline is known."""
    by_path = {row.area_path: row for row in rows if row.value is not None}
    shapes = [outline for outline in places.outlines() if outline.path in by_path]
    if len(shapes) < 2:
        return None
    features = []
    for shape in shapes:
        value = by_path[shape.path].value
        assert value is not None
        properties = {
            "code": shape.code, "name": shape.name, "value": float(value), "shown": f"{number(value, view.places)} {view.unit}",
            "href": f"{href}?area={shape.path}",
        }  # fmt: skip
        features.append({"type": "Feature", "properties": properties, "geometry": json.loads(shape.geometry)})
    note = "示意图，不是行政区划界线" if any(shape.schematic for shape in shapes) else ""
    return {"type": "FeatureCollection", "note": note, "features": features}


@dataclass(frozen=True, slots=True)
class SideShown:
    """How one side is counted: the source, the condition and the field that is summed, all in words."""

    source: str
    where: str
    total: str
    having: str


def side_of(pack: Pack, count: CountEntry | None) -> SideShown | None:
    """One side of an indicator in words; None for one that it does not have."""
    if count is None:
        return None
    register = pack.registers.get(count.of.removeprefix(REGISTER)) if count.of.startswith(REGISTER) else None
    source = _SOURCES.get(count.of) or (f"台账“{register.title}”" if register else count.of)
    fields = {field.id: field.label for field in register.fields} if register else {}
    total = "" if count.total is None else fields.get(count.total) or _label(pack, count.total)
    inner = side_of(pack, count.having)
    having = "" if inner is None else f"{inner.source}：{inner.where}"
    return SideShown(source, _condition(pack, count), total, having)


def _condition(pack: Pack, count: CountEntry) -> str:
    known = source_variables(pack, count.of) or {}
    return in_words(replace(pack, variables={count.of: known}), count.where.text) if count.where else "全部"


def _label(pack: Pack, name: str) -> str:
    variable = pack.variables_of(PERSON).get(name)
    return variable.label if variable else name


def source_of(cited: Cited) -> str:
    """The title of the document that a definition is taken from; empty where none is."""
    source = policy.pack_in_use().pack.sources.get(cited.cite.document)
    return f"《{source.title}》{cited.cite.clause}" if source else ""
