"""养老服务能力评价: one score an area from indicators with published weights. What has no data is left out and said so, never 0."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.errors import NoReleasePlan
from songhe.contexts.statistics.queries.figures import AreaFigure, by_area, figure_set, plain
from songhe.engines.policy.pack import Cited, IndicatorEntry
from songhe.engines.policy.release import RatedIndicator, RatingPlan
from songhe.foundation.access import Actor
from songhe.foundation.errors import InvalidInput

STEP = Decimal("0.1")
FULL = Decimal(100)


@dataclass(frozen=True, slots=True)
class RatedView:
    """An indicator of the rating as the pack declares it; `weight` of `weights` in all."""

    indicator: str
    title: str
    unit: str
    places: int
    weight: int
    none_at: Decimal
    full_at: Decimal
    cited: Cited


@dataclass(frozen=True, slots=True)
class PartScore:
    """One indicator in one area. `value` and `points` (0 to 100) are None without data; `share` is the weight it has here, in per cent."""

    indicator: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    points: Decimal | None
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class AreaRating:
    """An area's score (0 to 100, one place), None where no indicator has data; `covered` is the weight with data in per cent of all."""

    area_path: str
    name: str
    score: Decimal | None
    covered: Decimal
    parts: tuple[PartScore, ...]


@dataclass(frozen=True, slots=True)
class Rating:
    """The rating of all areas of a level in the actor's areas, best first, those without a score last."""

    title: str
    version: str
    definition: str
    cited: Cited
    level: str
    levels: tuple[str, ...]
    period: dt.date | None
    cut_off: dt.datetime | None
    weights: int
    indicators: tuple[RatedView, ...]
    areas: tuple[AreaRating, ...]


def rating(actor: Actor, *, level: str = "", area_path: str = "") -> Rating:
    """The newest figures rated; the level is the first of the pack that the city has, where none is named. AccessDenied, NoReleasePlan."""
    pack = policy.pack_in_use().pack
    plan = pack.rating
    if plan is None:
        raise NoReleasePlan("本市的政策包没有写怎样评价养老服务能力。", next_step="请在政策包里补上 rating.yaml。")
    levels = tuple(name for name in plan.levels if places.areas_under("", name))
    if level and level not in levels:
        raise InvalidInput("不能按这一级评价。", next_step="请从列出的层级里选择。", field="level")
    chosen = level or (levels[0] if levels else plan.levels[0])
    rated = [part for part in plan.indicators if part.indicator in pack.indicators]
    rows = {
        part.indicator: {
            row.area_path: row for row in by_area(actor, indicator=part.indicator, level=chosen, area_path=area_path)
        }
        for part in rated
    }
    paths = {path for found in rows.values() for path in found}
    names = {area.path: area.name for area in places.areas_under("", chosen)}
    areas = [
        _area(path, names.get(path, path), plan, rated, {name: found.get(path) for name, found in rows.items()}) for path in paths
    ]
    areas.sort(key=lambda area: (area.score is None, -(area.score or 0), area.area_path))
    counted = figure_set()
    return Rating(
        plan.title, plan.version, plan.definition, plan.cited, chosen, levels, counted.period if counted else None,
        counted.cut_off if counted else None, sum(part.weight for part in plan.indicators),
        tuple(_declared(part, pack.indicators[part.indicator]) for part in rated), tuple(areas),
    )  # fmt: skip


def _declared(part: RatedIndicator, entry: IndicatorEntry) -> RatedView:
    low, high = plain(Decimal(str(part.none_at))), plain(Decimal(str(part.full_at)))
    return RatedView(part.indicator, entry.title, entry.unit, entry.places, part.weight, low, high, part.cited)


def _area(path: str, name: str, plan: RatingPlan, rated: list[RatedIndicator], rows: dict[str, AreaFigure | None]) -> AreaRating:
    points = {part.indicator: _points(part, rows[part.indicator]) for part in rated}
    weight = sum(part.weight for part in rated if points[part.indicator] is not None)
    parts: list[PartScore] = []
    total = Decimal(0)
    for part in rated:
        row, gained = rows[part.indicator], points[part.indicator]
        share = None if gained is None else FULL * part.weight / weight
        total += Decimal(0) if gained is None else gained * part.weight
        has = row is not None and gained is not None
        parts.append(
            PartScore(
                part.indicator, row.numerator if row and has else None, row.denominator if row and has else None,
                row.value if row and has else None, gained, share,
            )
        )  # fmt: skip
    score = (total / weight).quantize(STEP, ROUND_HALF_UP) if weight else None
    return AreaRating(path, name, score, FULL * weight / sum(part.weight for part in plan.indicators), tuple(parts))


def _points(part: RatedIndicator, row: AreaFigure | None) -> Decimal | None:
    """0 at `none_at`, 100 at `full_at`, in proportion between, never outside."""
    if row is None or row.value is None:
        return None
    low, high = Decimal(str(part.none_at)), Decimal(str(part.full_at))
    return min(max((row.value - low) / (high - low), Decimal(0)), Decimal(1)) * FULL
