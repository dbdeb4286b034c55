"""Every indicator of the pack with its figure, in the actor's areas. What has no data yet is there too, and says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.access import counted_areas, visible_to
from songhe.contexts.statistics.errors import UnknownIndicator
from songhe.contexts.statistics.models import Figure, FigureInput, FigureSet
from songhe.contexts.statistics.words import State
from songhe.engines.policy.counting import REGISTER
from songhe.engines.policy.pack import Cited, CountEntry, IndicatorEntry, RegisterEntry
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class FigureView:
    """One indicator in one area. `value` is exact (28 digits), None unless `state` is measured.

    `numerator` and `denominator` are whole numbers unless a decimal field is summed; `unknown` are rows that cannot be told. `revision` 0 is
    the running month; `period` None where nothing has been counted. `needs` says what must exist before there are data.
    """

    id: str
    title: str
    theme: str
    unit: str
    direction: str  # up | down | none
    version: str
    scope: str
    definition: str
    cited: Cited
    places: int
    area_path: str
    period: dt.date | None
    cut_off: dt.datetime | None
    revision: int | None
    numerator: Decimal | None
    denominator: Decimal | None
    unknown: int | None
    value: Decimal | None
    state: State
    needs: str
    snapshot: str


@dataclass(frozen=True, slots=True)
class AreaFigure:
    """One indicator in one of the areas below; the value is None where there is nothing to divide by."""

    area_path: str
    numerator: Decimal
    denominator: Decimal | None
    unknown: int
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Counting:
    """From which figures an answer is made: month, revision, cut-off and the snapshot's hash."""

    period: dt.date
    revision: int
    cut_off: dt.datetime
    snapshot: str


def newest_counting(actor: Actor, *, until: dt.date | None = None) -> Counting | None:
    """The newest figures (of the months up to a day, where one is named), None before anything has been counted. Raises AccessDenied."""
    require(actor, Right.SEE_FIGURES)
    found = (
        figure_set() if until is None else FigureSet.objects.filter(period__lte=until).order_by("-period", "-revision").first()
    )
    return Counting(found.period, found.revision, found.cut_off, found.snapshot_sha256) if found is not None else None


def figures(actor: Actor, *, area_path: str = "", period: dt.date | None = None) -> tuple[FigureView, ...]:
    """All indicators in the order of the pack, from the newest figures (of a month, where one is asked for).

    Raises AccessDenied without the right, or for an area outside the actor's.
    """
    paths, found = counted_areas(actor, area_path), figure_set(period)
    counted, silent, pack = _counted(found, paths), silent_indicators(found), policy.pack_in_use().pack
    return tuple(_view(entry, found, paths, counted, silent, pack.registers) for entry in pack.indicators.values())


def figure(
    actor: Actor, *, indicator: str, area_path: str = "", period: dt.date | None = None, revision: int | None = None
) -> FigureView:
    """One indicator's figure, the newest or of a month and revision; raises UnknownIndicator, AccessDenied."""
    entry, paths = indicator_entry(indicator), counted_areas(actor, area_path)
    found = figure_set(period, revision)
    registers = policy.pack_in_use().pack.registers
    return _view(entry, found, paths, _counted(found, paths), silent_indicators(found), registers)


def by_area(
    actor: Actor, *, indicator: str, level: str = "town", area_path: str = "", period: dt.date | None = None
) -> tuple[AreaFigure, ...]:
    """The indicator in every area of a level (county, town, community) within the actor's areas, by path; empty without data."""
    entry, paths, found = indicator_entry(indicator), counted_areas(actor, area_path), figure_set(period)
    if found is None or indicator in silent_indicators(found):
        return ()
    rows = {row.area_path: row for row in visible_to(actor, area_path=area_path).filter(figures=found, indicator=indicator)}
    inside = [area.path for path in paths for area in places.areas_under(path, level)]
    registers = policy.pack_in_use().pack.registers
    return tuple(_area_figure(entry, path, _tallied(entry, rows.get(path)), registers) for path in sorted(inside))


def by_areas(
    actor: Actor, *, indicators: Collection[str], level: str = "town", area_path: str = "", period: dt.date | None = None
) -> Mapping[str, tuple[AreaFigure, ...]]:
    """Several indicators as `by_area` says them, from the newest figures (of a month), with as many questions to the database as for one."""
    entries = {name: indicator_entry(name) for name in indicators}
    paths, found = counted_areas(actor, area_path), figure_set(period)
    if found is None:
        return {name: () for name in entries}
    silent, registers = silent_indicators(found), policy.pack_in_use().pack.registers
    inside = sorted(area.path for path in paths for area in places.areas_under(path, level))
    counted = visible_to(actor, area_path=area_path).filter(figures=found, indicator__in=list(entries), area_path__in=inside)
    rows = {(row.indicator, row.area_path): row for row in counted}
    return {
        name: ()
        if name in silent
        else tuple(_area_figure(entry, path, _tallied(entry, rows.get((name, path))), registers) for path in inside)
        for name, entry in entries.items()
    }


def indicator_entry(name: str) -> IndicatorEntry:
    """The indicator as the pack in use declares it; raises UnknownIndicator."""
    entry = policy.pack_in_use().pack.indicators.get(name)
    if entry is None:
        raise UnknownIndicator("没有这个指标。", next_step="请回到指标页面重新选择。", field="indicator")
    return entry


def figure_set(period: dt.date | None = None, revision: int | None = None) -> FigureSet | None:
    """The newest figures: of the newest month or of the one named, frozen before running; or exactly one revision."""
    rows = FigureSet.objects.all()
    if period is not None:
        rows = rows.filter(period=period.replace(day=1))
    if revision is not None:
        rows = rows.filter(revision=revision)
    return rows.order_by("-period", "-revision").first()


def silent_indicators(found: FigureSet | None) -> frozenset[str]:
    """Indicators without data in these figures: their records come later, a source is empty in the whole city, or nobody is known to be in or out."""
    if found is None:
        return frozenset()
    pack = policy.pack_of(found.pack_version_id)
    empty = set(FigureInput.objects.filter(figures=found, rows=0).values_list("source", flat=True))
    whole = {row.indicator: row for row in Figure.objects.filter(figures=found, area_path=f"{pack.place.code}/")}
    return frozenset(
        name
        for name, entry in pack.indicators.items()
        if entry.needs or _sources(entry) & empty or _nothing_known(entry, whole.get(name))
    )


def value_of(entry: IndicatorEntry, numerator: Decimal, denominator: Decimal | None) -> Decimal | None:
    """numerator x per / divide_by / denominator with 28 digits; None, never 0, where the denominator is 0."""
    if denominator is not None and denominator == 0:
        return None
    value = numerator * entry.per / entry.divide_by
    return plain(value if denominator is None else value / denominator)


def plain(number: Decimal) -> Decimal:
    """Without zeros after the point."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _sources(entry: IndicatorEntry) -> set[str]:
    sides = [side for side in (entry.numerator, entry.denominator) if side is not None]
    return {count.of for side in sides for count in (side, side.having) if count is not None}


def _nothing_known(entry: IndicatorEntry, row: Figure | None) -> bool:
    """Of the whole city: a sum over no rows, or nobody known to be in or out."""
    if row is None or (entry.numerator is not None and entry.numerator.total is not None and row.rows == 0):
        return True
    return row.numerator == 0 and row.denominator is not None and 0 < row.denominator <= row.unknown


@dataclass(frozen=True, slots=True)
class _Tallied:
    numerator: Decimal
    denominator: Decimal | None
    rows: int
    unknown: int


def _unreported(entry: IndicatorEntry, row: _Tallied, registers: Mapping[str, RegisterEntry]) -> bool:
    """Nobody reported the number of this area: a register of bare numbers has no row for it."""
    above, below = entry.numerator, entry.denominator

    def bare(count: CountEntry | None) -> bool:
        register = registers.get(count.of.removeprefix(REGISTER)) if count is not None and count.of.startswith(REGISTER) else None
        return register is not None and register.entity == "none"

    return (bare(above) and row.rows == 0) or (bare(below) and row.denominator == 0)


def _tallied(entry: IndicatorEntry, row: Figure | None) -> _Tallied:
    if row is None:
        return _Tallied(Decimal(0), None if entry.denominator is None else Decimal(0), 0, 0)
    return _Tallied(plain(row.numerator), None if row.denominator is None else plain(row.denominator), row.rows, row.unknown)


def _area_figure(entry: IndicatorEntry, path: str, row: _Tallied, registers: Mapping[str, RegisterEntry]) -> AreaFigure:
    value = None if _unreported(entry, row, registers) else value_of(entry, row.numerator, row.denominator)
    return AreaFigure(path, row.numerator, row.denominator, row.unknown, value)


def _counted(found: FigureSet | None, paths: tuple[str, ...]) -> Mapping[str, _Tallied]:
    """By indicator, added up over areas that do not overlap."""
    if found is None:
        return {}
    rows = Figure.objects.filter(figures=found, area_path__in=paths).values("indicator")
    sums = rows.annotate(above=Sum("numerator"), below=Sum("denominator"), counted=Sum("rows"), unsure=Sum("unknown"))
    return {
        row["indicator"]: _Tallied(
            plain(row["above"]), None if row["below"] is None else plain(row["below"]), row["counted"], row["unsure"]
        )
        for row in sums
    }


def _view(
    entry: IndicatorEntry,
    found: FigureSet | None,
    paths: tuple[str, ...],
    counted: Mapping[str, _Tallied],
    silent: frozenset[str],
    registers: Mapping[str, RegisterEntry],
) -> FigureView:
    row = counted.get(entry.id) or _tallied(entry, None)
    without = found is None or entry.id in silent or bool(entry.needs) or _unreported(entry, row, registers)
    value = None if without else value_of(entry, row.numerator, row.denominator)
    state = State.NO_DATA_YET if without else State.NOTHING_TO_DIVIDE if value is None else State.MEASURED
    return FigureView(
        id=entry.id, title=entry.title, theme=entry.theme, unit=entry.unit, direction=entry.direction, version=entry.version,
        scope=entry.scope, definition=entry.definition, cited=entry.cited, places=entry.places,
        area_path=paths[0] if len(paths) == 1 else "",
        period=found.period if found else None, cut_off=found.cut_off if found else None, revision=found.revision if found else None,
        numerator=None if without else row.numerator, denominator=None if without else row.denominator,
        unknown=None if without else row.unknown, value=value, state=state, needs=entry.needs,
        snapshot=found.snapshot_sha256 if found else "",
    )  # fmt: skip
