"""How an indicator went: what documents print and what was measured month by month, newest revision of each; and the revisions of a month."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.db.models import Count, Sum

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.access import counted_areas
from songhe.contexts.statistics.models import Figure, FigureSet
from songhe.contexts.statistics.queries.figures import indicator_entry, plain, silent_indicators, value_of
from songhe.contexts.statistics.queries.printed import in_unit
from songhe.engines.policy.pack import Figure as Printed
from songhe.engines.policy.pack import Pack
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.clock import CITY_ZONE

Sums = tuple[Decimal, Decimal | None, int]  # above, below, unknown


@dataclass(frozen=True, slots=True)
class Point:
    """One value on a day. kind: printed (in a document), measured. `source` says where from, in Chinese."""

    on: dt.date
    value: Decimal | None
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One counting of a month: revision 0 is the running one. `value` is None where there was nothing to divide by or no data."""

    period: dt.date
    revision: int
    cut_off: dt.datetime
    counted_at: dt.datetime
    reason: str
    numerator: Decimal | None
    denominator: Decimal | None
    unknown: int | None
    value: Decimal | None
    snapshot: str


@dataclass(frozen=True, slots=True)
class MonthView:
    """One counting of all indicators: revision 0 is the running month."""

    period: dt.date
    revision: int
    cut_off: dt.datetime
    counted_at: dt.datetime
    reason: str
    indicators: int
    snapshot: str


def months(actor: Actor) -> tuple[MonthView, ...]:
    """Every counting that is kept, newest month and revision first; `indicators` are those with data."""
    require(actor, Right.SEE_FIGURES)
    root = f"{policy.pack_in_use().pack.place.code}/"
    counted = dict(Figure.objects.filter(area_path=root).values_list("figures").annotate(number=Count("id")))
    return tuple(
        MonthView(
            made.period, made.revision, made.cut_off, made.counted_at, made.reason, counted.get(made.id, 0), made.snapshot_sha256
        )
        for made in FigureSet.objects.order_by("-period", "-revision")
    )


def series(actor: Actor, *, indicators: Collection[str], area_path: str = "") -> Mapping[str, tuple[Point, ...]]:
    """For each indicator its points in order of time. Printed ones are of the whole city and stand only there. UnknownIndicator, AccessDenied."""
    pack, paths = policy.pack_in_use().pack, counted_areas(actor, area_path)
    entries = {name: pack.indicators.get(name) or indicator_entry(name) for name in indicators}
    found: dict[str, list[Point]] = {name: [] for name in entries}
    if paths == (f"{pack.place.code}/",):
        for figure in pack.figures:
            if figure.measures in found and (point := _printed(pack, figure)) is not None:
                found[figure.measures].append(point)
    for made in _newest_of_each_month():
        silent, rows = _of_a_month(made, paths)
        for name, points in found.items():
            if name not in silent and name in rows:
                above, below, _ = rows[name]
                points.append(Point(_day(made), value_of(entries[name], above, below), "measured", _source(made)))
    return {name: tuple(sorted(points, key=lambda point: point.on)) for name, points in found.items()}


def revisions(actor: Actor, *, indicator: str, area_path: str = "") -> tuple[RevisionView, ...]:
    """Every counting that is kept of an indicator, newest month and revision first."""
    entry, paths = indicator_entry(indicator), counted_areas(actor, area_path)
    found: list[RevisionView] = []
    for made in FigureSet.objects.order_by("-period", "-revision"):
        row = None if indicator in silent_indicators(made) else _sums(made, paths, (indicator,)).get(indicator)
        above, below, unknown = row or (None, None, None)
        value = None if above is None else value_of(entry, above, below)
        found.append(
            RevisionView(
                made.period,
                made.revision,
                made.cut_off,
                made.counted_at,
                made.reason,
                above,
                below,
                unknown,
                value,
                made.snapshot_sha256,
            )
        )
    return tuple(found)


def _of_a_month(made: FigureSet, paths: tuple[str, ...]) -> tuple[frozenset[str], Mapping[str, Sums]]:
    """What is silent and the sums of all indicators; a frozen month never changes, so this process remembers it."""
    if made.revision == 0:
        return silent_indicators(made), _sums(made, paths)
    return _frozen(made.id, made.snapshot_sha256, made.counted_at, paths)


@lru_cache(maxsize=512)
def _frozen(
    set_id: int, snapshot: str, counted_at: dt.datetime, paths: tuple[str, ...]
) -> tuple[frozenset[str], Mapping[str, Sums]]:
    made = FigureSet.objects.get(id=set_id)
    return silent_indicators(made), _sums(made, paths)


def _newest_of_each_month() -> tuple[FigureSet, ...]:
    return tuple(FigureSet.objects.order_by("period", "-revision").distinct("period"))


def _sums(made: FigureSet, paths: tuple[str, ...], names: Collection[str] | None = None) -> Mapping[str, Sums]:
    """By indicator (all where none are named), added up over areas that do not overlap."""
    inside = Figure.objects.filter(figures=made, area_path__in=paths)
    rows = (inside if names is None else inside.filter(indicator__in=list(names))).values("indicator")
    return {
        row["indicator"]: (plain(row["above"]), None if row["below"] is None else plain(row["below"]), row["unsure"])
        for row in rows.annotate(above=Sum("numerator"), below=Sum("denominator"), unsure=Sum("unknown"))
    }


def _day(made: FigureSet) -> dt.date:
    return made.cut_off.astimezone(CITY_ZONE).date()


def _source(made: FigureSet) -> str:
    state = "当月累计" if made.revision == 0 else "月末冻结" if made.revision == 1 else f"第{made.revision}版订正"
    return f"{made.period.year}年{made.period.month}月{state}"


def _printed(pack: Pack, figure: Printed) -> Point | None:
    """A printed figure on the last day of the year or month that it names; None where it names none, or has no value."""
    day = printed_day(figure.date or "")
    entry = pack.indicators.get(figure.measures or "")
    value = in_unit(figure, entry.unit) if entry is not None else None
    if day is None or value is None:
        return None
    source = pack.sources.get(figure.cited.cite.document)
    return Point(day, value, "printed", f"{source.title if source else figure.cited.cite.document} {figure.cited.cite.clause}")


def printed_day(text: str) -> dt.date | None:
    """The last day of a year (2020) or a month (2020-11); None for anything else."""
    parts = text.split("-")
    if not 1 <= len(parts) <= 2 or not all(part.isdigit() for part in parts) or len(parts[0]) != 4:
        return None
    year, month = int(parts[0]), int(parts[1]) if len(parts) == 2 else 12
    return dt.date(year, month, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 else None
