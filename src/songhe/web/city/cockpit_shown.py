"""The plan's targets in words and numbers as pages, files and the printed report show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import TargetStanding
from songhe.engines.policy.pack import Target
from songhe.engines.projection.trend import Forecast, TooLittle, Trend
from songhe.web.city import drawing
from songhe.web.city.drawing import Chart, Value
from songhe.web.city.indicators_shown import number

_BEFORE: Mapping[str, str] = {">=": "不少于", "<=": "不超过", ">": "超过", "<": "低于"}
MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """One target in words. `now`, `missing`, `ahead` are empty where there is no number; then `why` says the reason.

    `before` is the last value that a document printed, where nothing newer has been measured.
    """

    id: str
    title: str
    standing: TargetStanding
    state: str
    why: str
    now: str
    before: str
    goal: str
    missing: str
    ahead: str
    trend: str
    due: str
    due_note: str
    lead: str
    notes: tuple[str, ...]
    spark: Chart | None


def shown(found: TargetStanding) -> Shown:
    """The target in words."""
    entry = found.target
    return Shown(
        entry.id, entry.indicator, found, found.state.value, why_of(found), now_of(found), before_of(found), goal_of(entry), missing_of(found), ahead_of(found),
        trend_of(found), due_of(found), due_note_of(found),
        found.lead, notes_of(found), _spark(found),
    )  # fmt: skip


def with_unit(text: str, unit: str | None) -> str:
    """60 and % are 60%, 33,000 and 张 are 33,000张; units of the form 名/千人 keep a space."""
    return f"{text}{' ' if unit and '/' in unit else ''}{unit or ''}"


def goal_of(entry: Target) -> str:
    """不少于60%, 降到40%, 33,000张左右; empty for a milestone."""
    if entry.value is None:
        return ""
    goal = with_unit(number(Decimal(str(entry.value)), MOST_PLACES), entry.unit)
    if entry.comparator == "range" and entry.value_max is not None:
        most = with_unit(number(Decimal(str(entry.value_max)), MOST_PLACES), entry.unit)
        return f"{number(Decimal(str(entry.value)), MOST_PLACES)}—{most}"
    hedge = entry.hedge if entry.hedge and entry.hedge != "左右" else ""
    if entry.comparator == "≈":
        return f"{hedge}{goal}左右"
    before = _BEFORE.get(
        entry.comparator or "", "降到" if entry.direction == "down" else "不超过" if entry.direction == "cap" else ""
    )
    return f"{hedge}{before}{goal}"


def now_of(found: TargetStanding) -> str:
    """The value, with as many decimals as are needed to see on which side of the target it is."""
    if found.value is None or found.figure is None:
        return ""
    return with_unit(number(found.value, _places(found, found.value)), found.target.unit or found.figure.unit)


def before_of(found: TargetStanding) -> str:
    """最近的旧数：69%（2020年，文件印出）; empty where there is a value, or never was one."""
    printed = [point for point in found.points if point.value is not None]
    if found.value is not None or not printed or found.figure is None or found.target.value is None:
        return ""
    last = printed[-1]
    word = "文件印出" if last.kind == "printed" else "统计"
    return f"最近的旧数：{with_unit(number(last.value or Decimal(0), _digits(found)), found.figure.unit)}（{last.on.year}年，{word}）"


def _places(found: TargetStanding, value: Decimal) -> int:
    return places_for(found.target, found.figure.places if found.figure is not None else 2, value)


def places_for(entry: Target, least: int, value: Decimal) -> int:
    """As many decimals as are needed to see on which side of the target the value is."""
    there = tracking.reaches(entry, value)
    for places in range(least, MOST_PLACES):
        if tracking.reaches(entry, value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)) == there:
            return places
    return MOST_PLACES


def missing_of(found: TargetStanding) -> str:
    """还差17.5个百分点, 已超过5张; empty without a value."""
    if found.shortfall is None or found.value is None:
        return ""
    unit = "个百分点" if found.target.unit == "%" else found.target.unit or (found.figure.unit if found.figure else "")
    text = with_unit(number(abs(found.shortfall), _places(found, found.value)), unit)
    if found.shortfall == 0:
        return "正好达到"
    side = tracking.way(found.target)
    if found.shortfall < 0:
        return f"好于目标{text}"
    return f"相差{text}" if side == "exact" else f"还差{text}" if side == "up" else f"高出{text}"


def ahead_of(found: TargetStanding) -> str:
    """The forecast for the due date with its interval, or that there are too few data."""
    seen = found.outlook.ahead
    if isinstance(seen, Forecast):
        low, middle, high = (number(value, _digits(found)) for value in (seen.low, seen.value, seen.high))
        unit = found.target.unit
        return f"{with_unit(middle, unit)}（{low}—{with_unit(high, unit)}）"
    if isinstance(seen, TooLittle) and found.value is not None:
        return tracking.TOO_LITTLE_LABELS[seen.reason]
    return "期限已过" if found.past and found.value is not None else ""


def trend_of(found: TargetStanding) -> str:
    """每年上升3.1个百分点（2.4—3.9）; or that there are too few data."""
    if found.value is None:
        return ""
    seen = found.outlook.trend
    if not isinstance(seen, Trend):
        return tracking.TOO_LITTLE_LABELS[seen.reason]
    unit = "个百分点" if found.target.unit == "%" else found.target.unit or ""
    digits = _digits(found)
    low, high = number(seen.slope_low, digits), number(seen.slope_high, digits)
    if number(seen.slope, digits) in ("0", "-0"):
        return f"基本不变（每年{low}到{high}{unit}）"
    word = "上升" if seen.slope > 0 else "下降"
    return f"每年{word}{with_unit(number(abs(seen.slope), digits), unit)}（{low}到{high}）"


def _digits(found: TargetStanding) -> int:
    return found.figure.places if found.figure is not None else 2


def due_of(found: TargetStanding) -> str:
    """2025年底, 2024年9月20日."""
    if found.due is None:
        return "没有写期限"
    day = found.due
    return f"{day.year}年底" if (day.month, day.day) == (12, 31) else f"{day.year}年{day.month}月{day.day}日"


def due_note_of(found: TargetStanding) -> str:
    """That the plan's own end stands in for a deadline that nobody printed."""
    return "" if found.due_printed or found.due is None else "文件没有写期限，按方案期末"


def why_of(found: TargetStanding) -> str:
    """The reason of the state in one phrase."""
    text = tracking.WHY_LABELS[found.why]
    return f"{text}：{found.needs}" if found.why is tracking.Why.NEEDS and found.needs else text


def notes_of(found: TargetStanding) -> tuple[str, ...]:
    """Where else the plan says it, or the contrary."""
    notes = []
    for other in found.related:
        entry = other.target
        cite = entry.cited.cite.clause
        word = tracking.RELATION_LABELS[other.relation]
        due = f"，{entry.deadline}" if entry.deadline else ""
        notes.append(f"{word}：{goal_of(entry) or entry.indicator}{due}（{cite}）")
    return tuple(notes)


def values_of(found: TargetStanding) -> list[Value]:
    """The points that have a value."""
    return [
        Value(point.on, float(point.value), number(point.value, _digits(found)), point.kind == "printed")
        for point in found.points
        if point.value is not None
    ]


def _spark(found: TargetStanding) -> Chart | None:
    values = values_of(found)
    if not values or found.value is None:
        return None
    goal = float(found.target.value) if found.target.value is not None else None
    first, last = values[0], values[-1]
    words = f"{first.on.year}年{first.label}，{last.on.year}年{last.on.month}月{last.label}，目标{goal_of(found.target)}"
    return drawing.spark(values, goal, words)


def chart_of(found: TargetStanding) -> Chart | None:
    """The whole history with the forecast."""
    values = values_of(found)
    if not values or found.value is None:
        return None
    goal = float(found.target.value) if found.target.value is not None else None
    seen = found.outlook.ahead
    ahead = None
    if isinstance(seen, Forecast):
        ahead = drawing.Ahead(seen.on, seen.value, seen.low, seen.high, number(seen.value, _digits(found)))
    words = f"{found.target.indicator}的历次数值和目标线，数值见下面的表"
    return drawing.history(values, goal, f"目标{goal_of(found.target)}", ahead, words)
