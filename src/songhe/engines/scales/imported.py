"""Judging a result that was made elsewhere and is only taken over: nothing is computed, nothing is turned into grades of another scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from songhe.engines.scales.answers import Problem
from songhe.engines.scales.scale import Dimension, Scale


@dataclass(frozen=True, slots=True)
class Imported:
    """A result as it was sent: the grade, and points and levels by dimension as far as they were sent."""

    grade: object
    points: Mapping[str, object] = field(default_factory=dict)
    levels: Mapping[str, object] = field(default_factory=dict)


def imported_problems(scale: Scale, sent: Imported) -> tuple[Problem, ...]:
    """All that keeps a result from being taken over: unknown grade or dimension, points out of range, a level that does not fit its points."""
    return tuple(_problems(scale, sent))


def _problems(scale: Scale, sent: Imported) -> Iterator[Problem]:
    known = "、".join(f"{one.grade}（{one.label}）" for one in scale.grades)
    if sent.grade is None:
        yield Problem("missing", "grade", "等级", "没有写等级", f"请写{known}中的一个", "missing")
    elif not _whole(sent.grade):
        yield Problem("wrong_type", "grade", "等级", "等级不是整数", f"请写{known}中的一个")
    elif all(one.grade != sent.grade for one in scale.grades):
        yield Problem("out_of_range", "grade", "等级", f"“{scale.title}”没有{sent.grade}级", f"请写{known}中的一个")
    for name in dict.fromkeys((*sent.points, *sent.levels)):
        dimension = scale.dimension(name)
        if dimension is None:
            labels = "、".join(one.label for one in scale.dimensions)
            yield Problem("unknown_item", name, name, f"“{scale.title}”没有方面“{name}”", f"可写的有：{labels}")
        else:
            yield from _dimension(dimension, sent.points.get(name), sent.levels.get(name))


def _dimension(dimension: Dimension, points: object, level: object) -> Iterator[Problem]:
    fits = points is None
    if points is not None:
        if not _whole(points):
            yield _at(dimension, "wrong_type", "分数不是整数", "请写整数")
        elif dimension.high is None:
            yield _at(dimension, "unknown_item", "不计分数，只有分级", "请只写分级")
        elif not isinstance(points, int) or points not in range(dimension.low or 0, dimension.high + 1, dimension.step):
            reach = f"请写{dimension.low or 0}—{dimension.high}之间、每{dimension.step}分一档的分数"
            yield _at(dimension, "out_of_range", f"没有{points}分", reach)
        else:
            fits = True
    if level is None:
        return
    if not _whole(level):
        yield _at(dimension, "wrong_type", "分级不是整数", "请写整数")
    elif all(one.value != level for one in dimension.levels):
        yield _at(
            dimension, "out_of_range", f"没有{level}级", "可写的有：" + "、".join(str(one.value) for one in dimension.levels)
        )
    elif fits and isinstance(points, int):
        right = next((one for one in dimension.levels if one.holds(points)), None)
        if right is not None and right.value != level:
            message = f"{points}分应当是{right.value}级，写的是{level}级"
            yield _at(dimension, "contradiction", message, "请核对分数和分级", "question")


def _at(dimension: Dimension, code: str, message: str, remedy: str, severity: str = "error") -> Problem:
    return Problem(code, dimension.id, dimension.label, f"“{dimension.label}”{message}", remedy, severity)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
