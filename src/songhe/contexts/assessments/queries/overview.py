"""The state of assessment in an area: what waits, how long it takes, and which grades count now."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from django.db.models import Count, Min

from songhe.contexts.assessments.access import objections_visible_to, results_visible_to, visible_to
from songhe.contexts.assessments.queries.rules import assessing_scale
from songhe.contexts.assessments.words import OPEN_STATES, CaseState, ObjectionState, ResultState
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class AreaCounts:
    """One community: open cases by state, grades in force by grade, and cases settled in the period."""

    area_path: str
    open: Mapping[CaseState, int]
    grades: Mapping[int, int]
    settled: int


@dataclass(frozen=True, slots=True)
class AbilityOverview:
    """Counts by community, and days: medians over the cases settled in the period, and since the longest waiting request."""

    scale_title: str
    verified: bool
    grades: tuple[tuple[int, str], ...]
    areas: tuple[AreaCounts, ...]
    settled: int
    days_to_visit: float | None
    days_to_result: float | None
    longest_waiting: int | None
    objections_open: int


def ability_overview(actor: Actor, *, since: dt.date, until: dt.date, area_path: str = "") -> AbilityOverview:
    """Over the actor's areas by the scale of the ability grade; `since` and `until` (both included) bound what was settled."""
    require(actor, Right.SEE_ASSESSMENTS)
    scale = assessing_scale()[1]
    cases = visible_to(actor, area_path=area_path).filter(scale=scale.id)
    results = results_visible_to(actor, area_path=area_path).filter(scale=scale.id)
    start = dt.datetime.combine(since, dt.time(), clock.CITY_ZONE)
    end = dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), clock.CITY_ZONE)
    done = list(
        results.filter(settled_at__gte=start, settled_at__lt=end).values_list(
            "area_path", "case__requested_at", "case__visit_at", "settled_at"
        )
    )
    opened = cases.filter(state__in=OPEN_STATES).order_by().values_list("area_path", "state").annotate(number=Count("pk"))
    graded = results.filter(state=ResultState.IN_FORCE).order_by().values_list("area_path", "grade").annotate(number=Count("pk"))
    oldest = cases.filter(state=CaseState.REQUESTED).aggregate(at=Min("requested_at"))["at"]
    objected = objections_visible_to(actor, area_path=area_path).filter(state=ObjectionState.OPEN).count()
    return AbilityOverview(
        scale_title=scale.title, verified=scale.verified, grades=tuple((one.grade, one.label) for one in scale.grades),
        areas=_areas(list(opened), list(graded), [path for path, *_ in done]), settled=len(done),
        days_to_visit=_median([(visit - asked).total_seconds() for _, asked, visit, _ in done if visit is not None]),
        days_to_result=_median([(settled - asked).total_seconds() for _, asked, _, settled in done]),
        longest_waiting=(clock.now() - oldest).days if oldest else None, objections_open=objected,
    )  # fmt: skip


def _areas(opened: list[tuple[str, str, int]], graded: list[tuple[str, int, int]], done: list[str]) -> tuple[AreaCounts, ...]:
    settled = Counter(done)
    states: dict[str, dict[CaseState, int]] = {}
    for path, state, number in opened:
        states.setdefault(path, {})[CaseState(state)] = number
    grades: dict[str, dict[int, int]] = {}
    for path, grade, number in graded:
        grades.setdefault(path, {})[grade] = number
    paths = sorted({*states, *grades, *settled})
    return tuple(AreaCounts(path, states.get(path, {}), grades.get(path, {}), settled[path]) for path in paths)


def _median(seconds: list[float]) -> float | None:
    return median(seconds) / 86_400 if seconds else None
