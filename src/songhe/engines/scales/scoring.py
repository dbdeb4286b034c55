"""A form, complete or not → `Result`. What is open is answered once in the best and once in the worst way: both ends are exact, because
the checks of a scale make sure that no worse answer gives a better grade."""

from __future__ import annotations

from collections.abc import Mapping

from songhe.engines.scales import reasons
from songhe.engines.scales.answers import AnswersInvalid, NotScored, errors, problems
from songhe.engines.scales.grading import Graded, filled_at, grade
from songhe.engines.scales.result import Changed, DimensionSum, Line, Noted, Outcome, Result, Span, Total
from songhe.engines.scales.scale import ByTotal, Dimension, Item, Kind, Scale, Use


def score(
    scale: Scale,
    answers: Mapping[str, object],
    circumstances: Mapping[str, object] | None = None,
    *,
    stacking: bool | None = None,
) -> Result:
    """The result of a form; `stacking` overrides the scale's own setting.

    answers: item → option id, or None; circumstances: id → bool, or a whole number for counts, or None. Whatever is left out is open.
    Raises AnswersInvalid with every error (never for what is missing), NotScored for a scale that is only imported.
    """
    if scale.use is not Use.ASSESS:
        raise NotScored(scale.id)
    noted: Mapping[str, object] = circumstances or {}
    wrong = errors(scale, answers, noted)
    if wrong:
        raise AnswersInvalid(wrong)
    chosen = {name: answer for name, answer in answers.items() if isinstance(answer, str)}
    known = {name: value for name, value in noted.items() if isinstance(value, bool | int)}
    stacked = scale.stacking if stacking is None else stacking
    best = grade(scale, filled_at(scale, chosen, known, worst=False), stacking=stacked)
    worst = grade(scale, filled_at(scale, chosen, known, worst=True), stacking=stacked)
    first, final = Span(best.first, worst.first), Span(best.final, worst.final)
    dimensions = tuple(_dimension(one, chosen, best, worst) for one in scale.dimensions)
    total = _total(scale, dimensions)
    changes = _changes(scale, best, worst)
    return Result(
        scale=scale.id,
        standard=scale.standard,
        version=scale.version,
        sha256=scale.sha256,
        verified=scale.verified,
        stacking=stacked,
        lines=tuple(_line(one, item, chosen.get(item.id)) for one in scale.dimensions for item in one.items),
        dimensions=dimensions,
        circumstances=tuple(_noted(scale, one.id, known) for one in scale.circumstances),
        total=total,
        first=first,
        first_why=reasons.first(scale, first, total, dimensions),
        changes=changes,
        final=final,
        final_why=reasons.final(scale, first, final, changes),
        missing=tuple(one.where for one in problems(scale, answers, noted) if one.severity == "missing"),
    )


def _line(dimension: Dimension, item: Item, answer: str | None) -> Line:
    option = item.option(answer) if answer is not None else None
    points = [one.points for one in item.options]
    least, most = min(points), max(points)
    return Line(
        dimension.id,
        item.id,
        item.code,
        item.label,
        option.id if option else None,
        option.label if option else None,
        option.points if option else None,
        option.points if option else least,
        option.points if option else most,
        reasons.line(option, least, most),
    )


def _dimension(dimension: Dimension, chosen: Mapping[str, str], best: Graded, worst: Graded) -> DimensionSum:
    ends = (best.points[dimension.id], worst.points[dimension.id])
    is_open = any(item.id not in chosen for item in dimension.items)
    level = Span(best.levels[dimension.id], worst.levels[dimension.id]) if dimension.levels else None
    points = None if is_open else ends[0]
    return DimensionSum(
        dimension.id,
        dimension.code,
        dimension.label,
        points,
        min(ends),
        max(ends),
        dimension.high or 0,
        level,
        dimension.levels[level.lowest].label if level and level.settled else None,
        reasons.dimension(dimension, points, min(ends), max(ends), level),
    )


def _total(scale: Scale, dimensions: tuple[DimensionSum, ...]) -> Total | None:
    """Only where the grade follows from the total; elsewhere points of different dimensions cannot be added."""
    if not isinstance(scale.first_grade, ByTotal):
        return None
    least, most = sum(one.least for one in dimensions), sum(one.most for one in dimensions)
    is_open = any(one.points is None for one in dimensions)
    return Total(None if is_open else least, least, most, scale.high or 0)


def _noted(scale: Scale, name: str, known: Mapping[str, bool | int]) -> Noted:
    one = scale.circumstance(name)
    if one is None:
        raise KeyError(name)
    value = known.get(name, False if one.kind is Kind.TICK else None)
    return Noted(one.id, one.label, value, reasons.circumstance(one, value))


def _changes(scale: Scale, best: Graded, worst: Graded) -> tuple[Changed, ...]:
    found: list[Changed] = []
    for change, good, bad in zip(scale.changes, best.steps, worst.steps, strict=True):
        holds = good.holds if good.holds == bad.holds else None
        outcome = good.outcome if good.outcome is bad.outcome else Outcome.OPEN
        before, after = Span(good.before, bad.before), Span(good.after, bad.after)
        condition = reasons.condition(scale, change)
        why = reasons.change(scale, outcome, holds, before, after)
        found.append(Changed(change.id, change.code, change.label, condition, holds, outcome, before, after, why))
    return tuple(found)
