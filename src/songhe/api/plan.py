"""The plan over the API: how each target stands, and the elders, beds, carers and money ahead."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ninja import Query, Router, Schema

from songhe.api.access import CallerRequest, Needs
from songhe.api.problems import REFUSALS
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import TargetStanding
from songhe.contexts.planning import queries as planning
from songhe.contexts.planning.queries import Line, Projection, Scope
from songhe.engines.projection.trend import Forecast, TooLittle, Trend
from songhe.foundation.access import Right
from songhe.foundation.errors import NotFound

router = Router()
SEE = Needs(Right.SEE_FIGURES)


class TrendOut(Schema):
    """Change per year in the target's unit with its interval, of which `confidence` is the exact level."""

    slope: float
    low: float
    high: float
    confidence: float
    points: int


class ForecastOut(Schema):
    """What the trend says of the due date."""

    on: dt.date
    value: float
    low: float
    high: float


class RelatedOut(Schema):
    """Another target of the same matter: `relation` is restates or conflicts."""

    id: str
    relation: str
    value: float | None
    deadline: str | None


class TargetOut(Schema):
    """A target: state is missed, at_risk, on_track, met or no_data, `why` its reason as a code. `shortfall` is what is missing (below 0: beyond it).

    `trend` and `forecast` are null where the data are too few; `too_little` then names the reason (points, span, too_far).
    """

    id: str
    indicator: str
    measured_by: str | None
    state: str
    why: str
    value: Decimal | None
    target: float | None
    target_max: float | None
    comparator: str | None
    direction: str | None
    unit: str | None
    shortfall: Decimal | None
    due: dt.date | None
    due_printed: bool
    attribute: str | None
    responsible: list[str]
    participating: list[str]
    document: str
    clause: str
    cut_off: dt.datetime | None
    trend: TrendOut | None
    forecast: ForecastOut | None
    too_little: str | None
    related: list[RelatedOut]
    tasks: list[str]


class TargetsOut(Schema):
    """The targets of the filters, worst first; `counts` by state and `total` do not look at the state filter."""

    plan: str
    total: int
    with_data: int
    counts: dict[str, int]
    targets: list[TargetOut]


class TargetsAsked(Schema):
    """Filters: an area path, a unit's name, a due year, a state."""

    area_path: str = ""
    unit: str = ""
    due: str = ""
    state: str = ""


class TargetOf(Schema):
    """Of which area; the whole city if absent."""

    area_path: str = ""


def _target(found: TargetStanding) -> TargetOut:
    entry, seen = found.target, found.outlook
    trend, ahead = seen.trend, seen.ahead
    few = next((part.reason for part in (trend, ahead) if isinstance(part, TooLittle)), None)
    return TargetOut(
        id=entry.id, indicator=entry.indicator, measured_by=found.figure.id if found.figure else None, state=found.state.value, why=found.why.value,
        value=found.value, target=entry.value, target_max=entry.value_max, comparator=entry.comparator, direction=entry.direction, unit=entry.unit,
        shortfall=found.shortfall, due=found.due, due_printed=found.due_printed, attribute=entry.attribute, responsible=list(entry.responsible),
        participating=list(entry.participating), document=entry.cited.cite.document, clause=entry.cited.cite.clause,
        cut_off=found.figure.cut_off if found.figure else None,
        trend=_trend(trend) if isinstance(trend, Trend) else None,
        forecast=ForecastOut(on=ahead.on, value=ahead.value, low=ahead.low, high=ahead.high) if isinstance(ahead, Forecast) else None,
        too_little=few if found.value is not None else None,
        related=[RelatedOut(id=r.target.id, relation=r.relation, value=r.target.value, deadline=r.target.deadline) for r in found.related],
        tasks=[task.id for task in found.tasks],
    )  # fmt: skip


def _trend(trend: Trend) -> TrendOut:
    return TrendOut(
        slope=trend.slope, low=trend.slope_low, high=trend.slope_high, confidence=trend.confidence, points=trend.points
    )


@router.get(
    "/targets",
    response={200: TargetsOut, **REFUSALS},
    auth=SEE,
    operation_id="list_targets",
    summary="How the plan's targets stand",
)
def list_targets(request: CallerRequest, asked: Query[TargetsAsked]) -> TargetsOut:
    """Every target of the plan in use with its measured value, trend and state, in the caller's areas."""
    found = tracking.cockpit(request.auth, area_path=asked.area_path, unit=asked.unit, due=asked.due, state=asked.state)
    return TargetsOut(
        plan=found.title, total=found.total, with_data=found.with_data, counts={state.value: count for state, count in found.counts.items()},
        targets=[_target(one) for one in found.targets],
    )  # fmt: skip


@router.get("/targets/{target}", response={200: TargetOut, **REFUSALS}, auth=SEE, operation_id="get_target", summary="One target")
def get_target(request: CallerRequest, target: str, asked: Query[TargetOf]) -> TargetOut:
    """The target with its measured value, trend and state."""
    return _target(tracking.target(request.auth, target_id=target, area_path=asked.area_path))


class YearOut(Schema):
    """Low, middle and high of one year."""

    year: int
    low: int
    middle: int
    high: int


class LineOut(Schema):
    """One quantity over the years: people, places or fen. `supply` is what there is today, null where nothing measures it."""

    id: str
    title: str
    unit: str
    group: str
    supply: Decimal | None
    years: list[YearOut]


class AssumptionOut(Schema):
    """An assumption with the values used; `status` is stated, assumed or unverified."""

    id: str
    title: str
    unit: str
    low: float
    middle: float
    high: float
    changed: bool
    status: str
    note: str


class ProjectionOut(Schema):
    """The projection and what it rests on; money is in fen a year."""

    as_of: dt.date
    taken_at: dt.datetime
    snapshot: str
    scope: str
    elders: int
    unknown_birth: int
    unknown_sex: int
    unknown_scope: int
    lines: list[LineOut]
    assumptions: list[AssumptionOut]


class ProjectionAsked(Schema):
    """A kept scenario, an area path, and who is counted: resident or registered."""

    scenario: int | None = None
    area_path: str = ""
    scope: Scope = Scope.RESIDENT


def _line(line: Line, found: Projection) -> LineOut:
    years = [
        YearOut(year=year, low=low, middle=middle, high=high)
        for year, (low, middle, high) in zip(found.years, line.values, strict=True)
    ]
    unit = "分/年" if line.group == "money" else line.unit
    supply = line.supply.value if line.supply is not None else None
    return LineOut(id=line.id, title=line.title, unit=unit, group=line.group, supply=supply, years=years)


@router.get(
    "/projection", response={200: ProjectionOut, **REFUSALS}, auth=SEE, operation_id="get_projection", summary="Elders, beds, carers, money ahead"
)  # fmt: skip
def get_projection(request: CallerRequest, asked: Query[ProjectionAsked]) -> ProjectionOut:
    """Fifteen years ahead as low, middle and high, from the newest snapshot of the caller's areas."""
    found = planning.projection(request.auth, scenario=asked.scenario, area_path=asked.area_path, scope=asked.scope)
    if found is None:
        raise NotFound("还没有可以推算的资料。", next_step="完成一次全市核算后再试。")
    start = found.start
    return ProjectionOut(
        as_of=start.as_of, taken_at=start.taken_at, snapshot=start.sha256, scope=start.scope.value, elders=start.elders,
        unknown_birth=start.unknown_birth, unknown_sex=start.unknown_sex, unknown_scope=start.unknown_scope,
        lines=[_line(line, found) for line in found.lines],
        assumptions=[
            AssumptionOut(
                id=used.entry.id, title=used.entry.title, unit=used.entry.unit, low=used.values[0], middle=used.values[1], high=used.values[2],
                changed=used.changed, status=used.entry.sourced.cite.status, note=used.entry.sourced.note,
            )
            for used in found.assumptions
        ],
    )  # fmt: skip
