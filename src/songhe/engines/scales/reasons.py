"""Why a score, a level or a grade came out as it did, in plain Chinese."""

from __future__ import annotations

from collections.abc import Sequence

from songhe.engines.scales.result import Changed, DimensionSum, Outcome, Span, Total
from songhe.engines.scales.scale import (
    Answered,
    AtLeast,
    ByTable,
    ByTotal,
    Change,
    Circumstance,
    Dimension,
    Holds,
    Kind,
    Option,
    Scale,
    Trigger,
)


def line(option: Option | None, least: int, most: int) -> str:
    """Of one item; least and most points it can have."""
    if option is None:
        return f"还没有评，可能得{least}—{most}分"
    return f"选“{option.label}”，得{option.points}分"


def dimension(one: Dimension, points: int | None, least: int, most: int, level: Span | None) -> str:
    """Of one dimension; least and most points still possible."""
    reached = f"还有条目没有评，可能得{least}—{most}分" if points is None else f"{one.count}项合计{points}分"
    text = f"{reached}，满分{one.high}分"
    if level is None:
        return text
    if level.settled:
        return f"{text}，{one.levels[level.lowest].label}"
    return f"{text}，可能是{one.levels[level.lowest].label}到{one.levels[level.highest].label}"


def circumstance(one: Circumstance, value: bool | int | None) -> str:
    if value is None:
        return "还没有填"
    if one.kind is Kind.COUNT:
        return f"{value}{one.unit or '次'}"
    return "有" if value else "没有"


def span(scale: Scale, grades: Span) -> str:
    """The grade, or the grades from … to … that are still possible."""
    if grades.settled:
        return f"{grades.lowest}级（{scale.grade_label(grades.lowest)}）"
    lowest, highest = scale.grade_label(grades.lowest), scale.grade_label(grades.highest)
    return f"{grades.lowest}级（{lowest}）到{grades.highest}级（{highest}）之间"


def _is(grades: Span) -> str:
    return "是" if grades.settled else "在"


def first(scale: Scale, grades: Span, total: Total | None, dimensions: Sequence[DimensionSum]) -> str:
    """Why the first grade is what it is."""
    match scale.first_grade:
        case ByTotal(bands) if total is not None:
            if total.points is None:
                return f"还没有评完，总分可能是{total.least}—{total.most}分，初步等级{_is(grades)}{span(scale, grades)}"
            band = next(one for one in bands if one.value == grades.lowest)
            reach = f"正好{band.low}分" if band.low == band.high else f"在{band.low}—{band.high}分之间"
            return f"总分{total.points}分，{reach}，初步等级是{span(scale, grades)}"
        case ByTable(rows, columns):
            by_id = {one.id: one for one in dimensions}
            row = by_id[rows]
            text = "；".join(f"{one.label}：{_level(scale, one)}" for one in (row, *(by_id[name] for name in columns)))
            if len(columns) > 1:
                text += "（后面几项取较重的一项）"
            return f"{text}。查表，初步等级{_is(grades)}{span(scale, grades)}"
    return ""


def _level(scale: Scale, one: DimensionSum) -> str:
    found = scale.dimension(one.id)
    if found is None or one.level is None:
        return ""
    if one.level.settled:
        return found.levels[one.level.lowest].label
    return f"可能是{found.levels[one.level.lowest].label}到{found.levels[one.level.highest].label}"


def condition(scale: Scale, change: Change) -> str:
    """What a rule asks for."""
    return "，或者".join(_trigger(scale, trigger) for trigger in change.when)


def _trigger(scale: Scale, trigger: Trigger) -> str:
    match trigger:
        case Answered(name, options):
            item = scale.item(name)
            labels = [f"“{option.label}”" for option in item.options if option.id in options] if item else []
            return f"“{item.label if item else name}”选的是{'或'.join(labels)}"
        case Holds(name):
            return f"有“{_label(scale, name)}”"
        case AtLeast(names, least):
            return f"{'、'.join(_label(scale, name) for name in names)}合计{least}次及以上"


def _label(scale: Scale, name: str) -> str:
    one = scale.circumstance(name)
    return one.label if one else name


def change(scale: Scale, outcome: Outcome, holds: bool | None, before: Span, after: Span) -> str:
    """What became of a rule."""
    match outcome:
        case Outcome.CHANGED:
            if before == after:
                return f"符合，定为{span(scale, after)}"
            return f"符合，由{span(scale, before)}改为{span(scale, after)}"
        case Outcome.NOT_MET:
            return "不符合，等级不变"
        case Outcome.NOT_STACKED:
            return "符合，但等级已经因别的规则加重过，不再叠加"
        case Outcome.CAPPED:
            return "符合，但已经是最重一级，不能再加重"
        case Outcome.ENDED:
            return "前面的规则已经定了等级，这条不再影响"
        case Outcome.OPEN:
            known = "符合，但还有别的内容没有填" if holds else "还有内容没有填，说不清是不是符合"
            return f"{known}，这一步之后{_is(after)}{span(scale, after)}"


def final(scale: Scale, first_grade: Span, grades: Span, changes: Sequence[Changed]) -> str:
    """Why the final grade is what it is."""
    if not grades.settled:
        return f"还没有填完，最终等级在{span(scale, grades)}"
    applied = [one.label for one in changes if one.outcome is Outcome.CHANGED]
    if applied:
        return f"因“{'”“'.join(applied)}”，最终等级是{span(scale, grades)}"
    if first_grade == grades and changes:
        return f"没有加重的情况，最终等级是{span(scale, grades)}"
    return f"最终等级是{span(scale, grades)}"
