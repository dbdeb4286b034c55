"""The trend of a few dated values, robust against single wrong ones, and what it says of a later day.

Slope: Theil-Sen, the median of the slopes of all pairs. Its interval is Kendall's: the order statistics of those slopes that the exact
null distribution of his S cuts off (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 9.3), so it holds for few points and
asks for no normal errors. A forecast's interval runs between the lines of the two end slopes, each through the median of what it leaves,
widened by how far the known values lie from the middle line. Where the data are too few, a `TooLittle` comes back instead of a number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

YEAR = 365.25  # days
CONFIDENCE = 0.90
LEAST_POINTS = 4  # with fewer, no order statistic reaches CONFIDENCE
LEAST_DAYS = 180
REACH = 2.0  # a forecast looks at most this many times as far ahead as the values reach back

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TooLittle:
    """Why there is no number: `reason` is points, span or too_far; what there is and what is needed."""

    reason: str
    points: int
    days: int


@dataclass(frozen=True, slots=True)
class Trend:
    """Change per year with its interval, of which `confidence` is the exact level (at least CONFIDENCE).

    `level` is the middle line's value on `last`; `spread` how far the known values lie from that line (the CONFIDENCE order statistic).
    """

    slope: float
    slope_low: float
    slope_high: float
    confidence: float
    level: float
    level_low: float
    level_high: float
    spread: float
    first: dt.date
    last: dt.date
    points: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """The middle line on a day, and between which values it may well lie."""

    on: dt.date
    value: float
    low: float
    high: float


def find_trend(points: Sequence[tuple[dt.date, float]]) -> Trend | TooLittle:
    """The trend of dated values in any order; several values of one day count as their median."""
    by_day: dict[dt.date, list[float]] = {}
    for day, value in points:
        by_day.setdefault(day, []).append(value)
    days = sorted(by_day)
    span = (days[-1] - days[0]).days if days else 0
    if len(days) < LEAST_POINTS:
        return TooLittle("points", len(days), span)
    if span < LEAST_DAYS:
        return TooLittle("span", len(days), span)
    time = np.array([(day - days[-1]).days / YEAR for day in days])
    values = np.array([float(np.median(by_day[day])) for day in days])
    slopes = pair_slopes(time, values)
    place, confidence = _cut(len(days))
    low, high, middle = float(slopes[place]), float(slopes[-1 - place]), float(np.median(slopes))
    level = _level(time, values, middle)
    away = np.sort(np.abs(values - level - middle * time))
    spread = float(away[int(np.ceil(CONFIDENCE * len(away))) - 1])
    return Trend(
        middle, low, high, confidence, level, _level(time, values, low), _level(time, values, high), spread, days[0], days[-1], len(days)
    )  # fmt: skip


def forecast(trend: Trend, on: dt.date) -> Forecast | TooLittle:
    """What the trend says of a day after its last value; nothing where that lies too far ahead."""
    span = (trend.last - trend.first).days
    ahead = (on - trend.last).days
    if ahead > REACH * span:
        return TooLittle("too_far", trend.points, span)
    years = ahead / YEAR
    ends = (trend.level_low + trend.slope_low * years, trend.level_high + trend.slope_high * years)
    middle = trend.level + trend.slope * years
    return Forecast(on, middle, min(*ends, middle) - trend.spread, max(*ends, middle) + trend.spread)


def pair_slopes(time: Floats, values: Floats) -> Floats:
    """The slopes of all pairs of points, ascending; times are distinct."""
    first, second = np.triu_indices(len(time), 1)
    slopes: Floats = np.sort((values[second] - values[first]) / (time[second] - time[first]))
    return slopes


def kendall_distribution(count: int) -> Floats:
    """P(S = s) for s = -N, -N + 2 … N with N = count (count - 1) / 2, all orders being equally likely (exact)."""
    chances = np.ones(1)
    for size in range(2, count + 1):
        chances = np.convolve(chances, np.full(size, 1.0 / size))
    return chances


@lru_cache(maxsize=512)
def _cut(count: int) -> tuple[int, float]:
    """How many slopes to leave out on each side, the most that keeps CONFIDENCE, and the level that is then exactly kept."""
    tail = np.cumsum(kendall_distribution(count))
    # With k slopes left out, the true slope lies below the interval when at most k pairs disagree with it: P = tail[k].
    most = int(np.searchsorted(tail, (1.0 - CONFIDENCE) / 2 * (1 + 1e-12), side="right")) - 1
    return most, float(1.0 - 2.0 * tail[most])


def _level(time: Floats, values: Floats, slope: float) -> float:
    return float(np.median(values - slope * time))
