"""How an indicator went: what documents print and what was measured month by month, newest revision of each; and the revisions of a month."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

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
    found: dict[str, list[Point]] = {indicator_entry(name).id: [] for name in indicators}
    if paths == (f"{pack.place.code}/",):
        for figure in pack.figures:
            if figure.measures in found and (point := _printed(pack, figure)) is not None:
                found[figure.measures].append(point)
    for made in _newest_of_each_month():
        silent = silent_indicators(made)
        rows = _sums(made, paths, found)
        for name, points in found.items():
            if name not in silent and name in rows:
                above, below, _ = rows[name]
                points.append(Point(_day(made), value_of(indicator_entry(name), above, below), "measured", _source(made)))
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


def _newest_of_each_month() -> tuple[FigureSet, ...]:
    return tuple(FigureSet.objects.order_by("period", "-revision").distinct("period"))


def _sums(made: FigureSet, paths: tuple[str, ...], names: Collection[str]) -> Mapping[str, tuple[Decimal, Decimal | None, int]]:
    rows = Figure.objects.filter(figures=made, area_path__in=paths, indicator__in=list(names)).values("indicator")
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
