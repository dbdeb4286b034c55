"""Charts as plain geometry: lines, a band for what is uncertain, zero at the foot, the target as a line. Templates draw them as SVG."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

YEAR = 365.25
WIDTH, HEIGHT = 640.0, 268.0
LEFT, RIGHT, TOP, BOTTOM = 74.0, 106.0, 24.0, 34.0
SPARK_WIDTH, SPARK_HEIGHT = 96.0, 30.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid at `at` with its label."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A value; `hollow` for one that was printed, not measured."""

    x: str
    y: str
    label: str
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A line over time. Points are "x,y x,y"; parts that a chart does not have are empty. `words` say the same in one sentence."""

    words: str
    line: str
    band: str = ""
    ahead: str = ""
    ticks: tuple[Tick, ...] = ()
    times: tuple[Tick, ...] = ()
    goal: Tick | None = None
    now: Tick | None = None
    dots: tuple[Dot, ...] = ()
    last: Dot | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One value on a day, with its label; `printed` for one from a document."""

    on: dt.date
    number: float
    label: str
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """A forecast: middle, low and high on a day."""

    on: dt.date
    middle: float
    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class _Scale:
    first: float
    last: float
    most: float

    def x(self, when: float) -> float:
        share = 0.5 if self.last <= self.first else (when - self.first) / (self.last - self.first)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, number: float) -> float:
        return HEIGHT - BOTTOM - (number / self.most if self.most else 0.0) * (HEIGHT - TOP - BOTTOM)


def steps(most: float, count: int = 4) -> tuple[float, ...]:
    """Round numbers from 0 to at least `most`, about `count` of them above 0."""
    if most <= 0:
        return (0.0, 1.0)
    raw = most / count
    size = 10 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * (1 - 1e-9))
    return tuple(step * place for place in range(math.ceil(most / step - 1e-9) + 1))


def history(values: Sequence[Value], goal: float | None, goal_label: str, ahead: Ahead | None, words: str) -> Chart:
    """A target's values so far, its line, and the forecast with its band."""
    days = [value.on.toordinal() for value in values] + ([ahead.on.toordinal()] if ahead else [])
    numbers = [value.number for value in values] + ([goal] if goal is not None else []) + ([ahead.high] if ahead else [])
    grid = steps(max([0.0, *numbers]))
    scale = _Scale(min(days), max(days), grid[-1])
    line = _points(scale, [(value.on.toordinal(), value.number) for value in values])
    dots = tuple(_dot(scale, value) for value in values)
    band = forward = ""
    if ahead is not None and values:
        start, end = (values[-1].on.toordinal(), values[-1].number), ahead.on.toordinal()
        band = _points(scale, [start, (end, ahead.high), (end, ahead.low)])
        forward = _points(scale, [start, (end, ahead.middle)])
    last = _label(scale, ahead.on.toordinal(), ahead.middle, ahead.label) if ahead else dots[-1] if dots else None
    target = Tick(_f(scale.y(goal)), goal_label) if goal is not None else None
    return Chart(words, line, band, forward, _grid(scale, grid), _years(scale, min(days), max(days)), target, None, dots, last)


def prospect(
    years: Sequence[int], values: Sequence[tuple[float, float, float]], label: str, words: str, present: float | None = None
) -> Chart:
    """Low, middle and high over the years, and what there is today as a line."""
    grid = steps(max([0.0, present or 0.0, *(high for _, _, high in values)]))
    scale = _Scale(years[0], years[-1], grid[-1])
    upper = [(year, value[2]) for year, value in zip(years, values, strict=True)]
    lower = [(year, value[0]) for year, value in zip(years, values, strict=True)]
    middle = [(year, value[1]) for year, value in zip(years, values, strict=True)]
    now = Tick(_f(scale.y(present)), f"现有{_short(present)}") if present is not None else None
    times = tuple(Tick(_f(scale.x(year)), str(year)) for year in years[::5])
    return Chart(
        words, _points(scale, middle), _points(scale, upper + lower[::-1]), "", _grid(scale, grid), times, None, now, (),
        _label(scale, years[-1], values[-1][1], label),
    )  # fmt: skip


def spark(values: Sequence[Value], goal: float | None, words: str) -> Chart:
    """A small line with the target, from 0; nothing else."""
    days = [value.on.toordinal() for value in values]
    most = max([0.0, *(value.number for value in values), goal or 0.0]) or 1.0

    def at(day: int, number: float) -> tuple[str, str]:
        share = 0.5 if days[-1] <= days[0] else (day - days[0]) / (days[-1] - days[0])
        return _f(4 + share * (SPARK_WIDTH - 8)), _f(SPARK_HEIGHT - 3 - number / most * (SPARK_HEIGHT - 6))

    points = [at(day, value.number) for day, value in zip(days, values, strict=True)]
    dots = tuple(Dot(x, y, "", value.printed) for (x, y), value in zip(points, values, strict=True))
    target = Tick(at(days[0], goal)[1], "") if goal is not None else None
    return Chart(words, " ".join(f"{x},{y}" for x, y in points), goal=target, dots=dots if len(dots) < 8 else dots[-1:])


def _points(scale: _Scale, places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_f(scale.x(when))},{_f(scale.y(number))}" for when, number in places)


def _dot(scale: _Scale, value: Value) -> Dot:
    return Dot(_f(scale.x(value.on.toordinal())), _f(scale.y(value.number)), value.label, value.printed)


def _label(scale: _Scale, when: float, number: float, label: str) -> Dot:
    return Dot(_f(scale.x(when)), _f(scale.y(number)), label)


def _grid(scale: _Scale, numbers: Sequence[float]) -> tuple[Tick, ...]:
    return tuple(Tick(_f(scale.y(number)), _short(number)) for number in numbers)


def _years(scale: _Scale, first: int, last: int) -> tuple[Tick, ...]:
    begin, end = dt.date.fromordinal(first), dt.date.fromordinal(last)
    years = range(begin.year + (begin > dt.date(begin.year, 1, 1)), end.year + 1)
    every = max(1, math.ceil(len(years) / 6))
    return tuple(Tick(_f(scale.x(dt.date(year, 1, 1).toordinal())), str(year)) for year in years[::every])


def _short(number: float) -> str:
    """420,000 is 42万: short on an axis, exact in the table beside it."""
    return f"{number / 10_000:,g}万" if number >= 100_000 else f"{number:,g}"


def _f(number: float) -> str:
    return f"{number:.1f}"
