"""How one target stands: whether a value reaches it, how far it is, and what the trend says of its due date. No database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from songhe.contexts.plan_tracking.words import State, Why
from songhe.engines.policy.pack import Target
from songhe.engines.projection.trend import Forecast, TooLittle, Trend, find_trend, forecast

ABOUT = Decimal("0.05")  # what 左右 (≈) allows: 5 % of the value
SHARES = {"%", "‰"}
UP, DOWN, EXACT = "up", "down", "exact"


@dataclass(frozen=True, slots=True)
class Outlook:
    """The trend of a target's series, and its forecast for the due date; a `TooLittle` stands where the data do not carry one."""

    trend: Trend | TooLittle
    ahead: Forecast | TooLittle | None  # None: the due date is past, or there is none


@dataclass(frozen=True, slots=True)
class Standing:
    state: State
    why: Why


def way(target: Target) -> str:
    """From which side the target is reached: up, down, or exact (no side is good)."""
    if target.direction in ("down", "cap") or (target.direction is None and target.comparator in ("<", "<=")):
        return DOWN
    if target.direction == "up" or (target.direction is None and target.comparator in (">", ">=")):
        return UP
    return EXACT


def reaches(target: Target, value: Decimal) -> bool | None:
    """Whether the value reaches the target; None where the document does not say what reaching means."""
    if target.value is None or target.comparator == "+":
        return None
    goal = Decimal(str(target.value))
    if target.comparator in (">", "<"):
        return value > goal if target.comparator == ">" else value < goal
    slack = abs(goal) * ABOUT if target.comparator == "≈" else Decimal(0)
    low, high = goal - slack, goal + slack
    if target.comparator == "range" and target.value_max is not None:
        high = Decimal(str(target.value_max))
    side = way(target)
    return value >= low if side == UP else value <= high if side == DOWN else low <= value <= high


def shortfall(target: Target, value: Decimal) -> Decimal | None:
    """How much is missing on the way to the printed value: above 0 if it is not there yet, below 0 if it is beyond."""
    if target.value is None:
        return None
    goal = Decimal(str(target.value))
    if target.comparator == "range" and target.value_max is not None and way(target) == DOWN:
        goal = Decimal(str(target.value_max))
    side = way(target)
    return goal - value if side == UP else value - goal if side == DOWN else abs(value - goal)


def due_day(text: str | None) -> dt.date | None:
    """The last day that a printed deadline (2025, 2025-12 or 2025-12-31) allows."""
    parts = (text or "").split("-")
    if not all(part.isdigit() for part in parts) or not 1 <= len(parts) <= 3:
        return None
    numbers = [int(part) for part in parts]
    if len(numbers) == 3:
        return dt.date(*numbers)
    year, month = numbers[0], numbers[1] if len(numbers) == 2 else 12
    after = dt.date(year + month // 12, month % 12 + 1, 1)
    return after - dt.timedelta(days=1)


def outlook(target: Target, points: list[tuple[dt.date, Decimal]], due: dt.date | None, today: dt.date) -> Outlook:
    """Trend and forecast; shares of a whole stay within it, and nothing falls below 0."""
    found = find_trend([(day, float(value)) for day, value in points])
    if isinstance(found, TooLittle) or due is None or due < today:
        return Outlook(found, None if due is None or due < today else found if isinstance(found, TooLittle) else None)
    ahead = forecast(found, max(due, found.last))
    if isinstance(ahead, TooLittle):
        return Outlook(found, ahead)
    most = {"%": 100.0, "‰": 1000.0}.get(target.unit or "", float("inf"))
    value, low, high = (min(max(number, 0.0), most) for number in (ahead.value, ahead.low, ahead.high))
    return Outlook(found, Forecast(ahead.on, value, low, high))


def standing(target: Target, value: Decimal, seen: Outlook, due: dt.date | None, today: dt.date) -> Standing:
    """The state of a target that has a value."""
    there = reaches(target, value)
    if there is None:
        return Standing(State.NO_DATA, Why.NOT_JUDGED)
    past = due is not None and due < today
    if there:
        return Standing(State.MET, Why.REACHED_LATE if past else Why.REACHED)
    if past:
        return Standing(State.MISSED, Why.PAST)
    if due is None:
        return Standing(State.AT_RISK, Why.NO_DUE)
    if not isinstance(seen.ahead, Forecast):
        return Standing(State.AT_RISK, Why.TOO_LITTLE)
    reached = [reaches(target, Decimal(repr(number))) for number in (seen.ahead.low, seen.ahead.value, seen.ahead.high)]
    if all(reached):
        return Standing(State.ON_TRACK, Why.FORECAST_REACHES)
    return Standing(State.AT_RISK, Why.FORECAST_UNSURE if any(reached) else Why.FORECAST_FAILS)


def comparable(target_unit: str | None, indicator_unit: str) -> bool:
    """Whether the two units measure the same: a share is not compared with a count, nor percent with per mille."""
    mine = target_unit or ""
    return mine == indicator_unit or not ({mine, indicator_unit} & SHARES) or mine == ""
