"""The grade of a form on which everything is answered. Nothing here knows of open answers: see `scoring.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from songhe.engines.scales.answers import NotScored
from songhe.engines.scales.result import Outcome
from songhe.engines.scales.scale import Answered, AtLeast, ByTable, ByTotal, Change, Holds, Kind, Option, Scale, Trigger


@dataclass(frozen=True, slots=True)
class Filled:
    """An answer to every item and a word on every circumstance."""

    answers: Mapping[str, Option]
    circumstances: Mapping[str, bool | int]


@dataclass(frozen=True, slots=True)
class Step:
    """One change rule on the way from the first grade to the final one."""

    holds: bool
    outcome: Outcome
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Graded:
    points: Mapping[str, int]  # by dimension
    levels: Mapping[str, int]  # of the dimensions that have levels
    total: int
    first: int
    steps: tuple[Step, ...]  # in the order of the scale's changes
    final: int


def filled_at(scale: Scale, answers: Mapping[str, str], circumstances: Mapping[str, bool | int], *, worst: bool) -> Filled:
    """The form with everything that is open answered in the best way, or in the worst; what is not ticked is not so."""
    chosen: dict[str, Option] = {}
    for item in scale.items:
        given = item.option(answers[item.id]) if item.id in answers else None
        chosen[item.id] = given or (item.worst if worst else item.best)
    known: dict[str, bool | int] = {}
    for one in scale.circumstances:
        if one.id in circumstances:
            known[one.id] = circumstances[one.id]
        elif one.kind is Kind.COUNT:
            known[one.id] = one.high if worst else 0
        else:
            known[one.id] = worst and one.kind is Kind.YES_NO
    return Filled(chosen, known)


def grade(scale: Scale, filled: Filled, *, stacking: bool) -> Graded:
    """The grade with every step on the way. Without stacking each rule starts from the first grade, and the worst of them counts."""
    points = {one.id: sum(filled.answers[item.id].points for item in one.items) for one in scale.dimensions}
    levels = {one.id: one.level(points[one.id]).value for one in scale.dimensions if one.levels}
    total = sum(points.values())
    first = _first(scale, points, levels)
    steps: list[Step] = []
    now, ended = first, False
    for change in scale.changes:
        holds = any(_holds(trigger, filled) for trigger in change.when)
        after = now
        if ended:
            outcome = Outcome.ENDED
        elif not holds:
            outcome = Outcome.NOT_MET
        else:
            after = max(now, _changed(scale, change, now if stacking else first))
            outcome = _outcome(scale, change, now, after)
            ended = change.ends
        steps.append(Step(holds, outcome, now, after))
        now = after
    return Graded(points, levels, total, first, tuple(steps), now)


def _first(scale: Scale, points: Mapping[str, int], levels: Mapping[str, int]) -> int:
    match scale.first_grade:
        case ByTotal(bands):
            total = sum(points.values())
            return next(band.value for band in bands if band.holds(total))
        case ByTable(rows, columns, table):
            return table[levels[rows]][max(levels[column] for column in columns)]
        case None:
            raise NotScored(scale.id)


def _outcome(scale: Scale, change: Change, now: int, after: int) -> Outcome:
    """A rule that names a grade counts as having set it, even where the grade was that one before."""
    if after > now or change.to == now:
        return Outcome.CHANGED
    return Outcome.CAPPED if now == scale.worst_grade else Outcome.NOT_STACKED


def _changed(scale: Scale, change: Change, start: int) -> int:
    return change.to if change.to is not None else min(scale.worst_grade, start + (change.worse_by or 0))


def _holds(trigger: Trigger, filled: Filled) -> bool:
    match trigger:
        case Answered(item, options):
            return filled.answers[item].id in options
        case Holds(circumstance):
            return filled.circumstances[circumstance] is True
        case AtLeast(circumstances, least):
            return sum(filled.circumstances[name] for name in circumstances) >= least
