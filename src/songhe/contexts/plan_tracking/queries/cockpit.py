"""Every target of the plan with value, gap, trend, forecast, state, the tasks behind it and what contradicts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from songhe.contexts.plan_tracking.errors import TargetNotFound
from songhe.contexts.plan_tracking.queries.linked import Related, TaskBehind, families, measured_by, related_to, tasks_behind
from songhe.contexts.plan_tracking.queries.standing import (
    Outlook,
    Standing,
    comparable,
    due_day,
    outlook,
    shortfall,
    standing,
)
from songhe.contexts.plan_tracking.words import State, Why
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics import queries as statistics
from songhe.contexts.statistics.queries import FigureView, Point
from songhe.engines.policy.pack import Pack, Target
from songhe.engines.projection.trend import TooLittle
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require

RANK: Mapping[State, int] = {state: place for place, state in enumerate(State)}
NOTHING = Outlook(TooLittle("points", 0, 0), None)


@dataclass(frozen=True, slots=True)
class TargetStanding:
    """One target. `due_printed` is False where the document has no deadline and the plan's own end stands in for it.

    `shortfall` is what is missing on the way to the target (below 0: beyond it), in the target's unit; None without a value.
    """

    target: Target
    figure: FigureView | None
    value: Decimal | None
    shortfall: Decimal | None
    state: State
    why: Why
    needs: str
    due: dt.date | None
    due_printed: bool
    past: bool
    points: tuple[Point, ...]
    outlook: Outlook
    tasks: tuple[TaskBehind, ...]
    related: tuple[Related, ...]

    @property
    def lead(self) -> str:
        """The unit that leads, empty where the document names none."""
        return self.target.responsible[0] if self.target.responsible else ""


@dataclass(frozen=True, slots=True)
class Cockpit:
    """The targets of the filters, worst first, those of one family together. `counts` and `total` do not look at the state filter.

    `units` and `dues` are the choices of the filters; `cut_off` is None before anything has been counted.
    """

    title: str
    area_path: str
    today: dt.date
    cut_off: dt.datetime | None
    targets: tuple[TargetStanding, ...]
    counts: Mapping[State, int]
    total: int
    with_data: int
    milestones: int
    units: tuple[str, ...]
    dues: tuple[int, ...]


def cockpit(actor: Actor, *, area_path: str = "", unit: str = "", due: str = "", state: str = "") -> Cockpit:
    """The plan as it stands, in one area; `due` is a year, `state` one of the five. Raises AccessDenied."""
    require(actor, Right.SEE_FIGURES)
    pack, today = policy.pack_in_use().pack, clock.today()
    every, cut_off = _standings(actor, pack, area_path, today)
    units = sorted({name for found in every for name in (*found.target.responsible, *found.target.participating)})
    years = sorted({found.due.year for found in every if found.due is not None})
    asked = [found for found in every if _asked(found, unit, due)]
    shown = [found for found in asked if not state or found.state == state]
    return Cockpit(
        _title(pack), area_path, today, cut_off, _in_order(shown, pack.targets), {s: sum(f.state is s for f in asked) for s in State}, len(asked),
        sum(f.value is not None for f in asked), sum(f.why is Why.MILESTONE for f in asked), tuple(units), tuple(years),
    )  # fmt: skip


def target(actor: Actor, *, target_id: str, area_path: str = "") -> TargetStanding:
    """One target; raises TargetNotFound, AccessDenied."""
    require(actor, Right.SEE_FIGURES)
    every, _ = _standings(actor, policy.pack_in_use().pack, area_path, clock.today(), only=target_id)
    if not every:
        raise TargetNotFound("规划里没有这个目标。", next_step="请回到规划目标重新选择。")
    return every[0]


def standings_on(actor: Actor, *, day: dt.date) -> tuple[TargetStanding, ...]:
    """The targets of the whole city as they stood on a day: by the newest figures of the months until then; without figures where nothing was counted."""
    require(actor, Right.SEE_FIGURES)
    pack, counted = policy.pack_in_use().pack, statistics.newest_counting(actor, until=day)
    every, _ = _standings(actor, pack, f"{pack.place.code}/", day, period=counted.period if counted else dt.date.min)
    return tuple(every)


def _title(pack: Pack) -> str:
    """The document that the targets are taken from."""
    source = pack.sources.get(pack.targets[0].cited.cite.document) if pack.targets else None
    return source.title if source is not None else pack.title


def _asked(found: TargetStanding, unit: str, due: str) -> bool:
    named = not unit or unit in found.target.responsible or unit in found.target.participating
    return named and (not due or (found.due is not None and str(found.due.year) == due))


def _standings(
    actor: Actor, pack: Pack, area_path: str, today: dt.date, only: str = "", period: dt.date | None = None
) -> tuple[list[TargetStanding], dt.datetime | None]:
    family = families(pack.targets)
    wanted = [entry for entry in pack.targets if not only or entry.id == only]
    indicators = {entry.id: measured_by(entry, family[entry.id]) for entry in wanted}
    figures = {figure.id: figure for figure in statistics.figures(actor, area_path=area_path, period=period)}
    names = sorted({name for name in indicators.values() if name in figures})
    series = statistics.series(actor, indicators=names, area_path=area_path) if names else {}
    cut_off = next((figure.cut_off for figure in figures.values() if figure.cut_off is not None), None)
    found = [
        _one(
            entry,
            figures.get(name),
            [point for point in series.get(name, ()) if point.on <= today],
            pack,
            family[entry.id],
            today,
        )
        for entry in wanted
        for name in [indicators[entry.id] or ""]
    ]
    return found, cut_off


def _one(
    entry: Target, figure: FigureView | None, points: Sequence[Point], pack: Pack, family: Sequence[Target], today: dt.date
) -> TargetStanding:
    printed = due_day(entry.deadline)
    due = printed or pack.valid_to
    value = figure.value if figure is not None and entry.value is not None else None
    if value is not None and figure is not None and not comparable(entry.unit, figure.unit):
        value = None
    seen, told = NOTHING, _without_value(entry, figure)
    if value is not None and figure is not None:
        seen = outlook(entry, _dated(points, figure, value), due, today)
        told = standing(entry, value, seen, due, today)
    return TargetStanding(
        entry, figure, value, None if value is None else shortfall(entry, value), told.state, told.why, figure.needs if figure else "",
        due, printed is not None, due is not None and due < today, tuple(points), seen,
        tasks_behind(entry, family, pack.tasks), related_to(entry, family),
    )  # fmt: skip


def _without_value(entry: Target, figure: FigureView | None) -> Standing:
    if entry.value is None:
        return Standing(State.NO_DATA, Why.MILESTONE)
    if figure is None:
        return Standing(State.NO_DATA, Why.NO_INDICATOR)
    if figure.value is not None:
        return Standing(State.NO_DATA, Why.OTHER_UNIT)
    return Standing(State.NO_DATA, Why.NOTHING_TO_DIVIDE if figure.state == "nothing_to_divide" else Why.NEEDS)


def _dated(points: Iterable[Point], figure: FigureView, value: Decimal) -> list[tuple[dt.date, Decimal]]:
    """The points with a value; the newest figure is added if the series does not have its month yet."""
    dated = [(point.on, point.value) for point in points if point.value is not None]
    if figure.cut_off is not None and not any(
        (day.year, day.month) == (figure.cut_off.year, figure.cut_off.month) for day, _ in dated
    ):
        dated.append((figure.cut_off.date(), value))
    return dated


def _in_order(shown: Sequence[TargetStanding], targets: Sequence[Target]) -> tuple[TargetStanding, ...]:
    """Worst first; a family stands where its worst member does, in the order of the document."""
    family = families(targets)
    place = {entry.id: number for number, entry in enumerate(targets)}
    worst: dict[str, tuple[int, int]] = {}
    for found in shown:
        head = family[found.target.id][0].id
        key = (RANK[found.state], place[found.target.id])
        worst[head] = min(worst.get(head, key), key)
    return tuple(sorted(shown, key=lambda found: (*worst[family[found.target.id][0].id], place[found.target.id])))
