"""Spans of days, half-open: `end` is the first day that no longer belongs. None is without limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Interval:
    """The days from `start` (included) to `end` (not included); raises ValueError where no day would be left."""

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"an interval must hold a day: {self.start} to {self.end}")

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def overlaps(self, other: Interval) -> bool:
        """Whether the two share a day."""
        return _before(self.start, other.end) and _before(other.start, self.end)

    def meet(self, other: Interval) -> Interval | None:
        """The days that both hold, None where there are none."""
        if not self.overlaps(other):
            return None
        starts = [day for day in (self.start, other.start) if day is not None]
        ends = [day for day in (self.end, other.end) if day is not None]
        return Interval(max(starts, default=None), min(ends, default=None))

    @property
    def days(self) -> int | None:
        """How many days, None where it has no limit."""
        return None if self.start is None or self.end is None else (self.end - self.start).days


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same days in as few intervals as can be, in order; touching ones are joined."""
    found: list[Interval] = []
    for interval in sorted(intervals, key=lambda i: (i.start or date.min, i.end or date.max)):
        last = found[-1] if found else None
        if last is not None and (last.end is None or interval.start is None or interval.start <= last.end):
            end = None if last.end is None or interval.end is None else max(last.end, interval.end)
            found[-1] = Interval(last.start, end)
        else:
            found.append(interval)
    return tuple(found)


def gaps(intervals: Iterable[Interval], within: Interval) -> tuple[Interval, ...]:
    """The days of `within` that none of the intervals holds, in order."""
    missing: list[Interval] = []
    start = within.start
    for interval in merged(part for i in intervals if (part := i.meet(within)) is not None):
        if interval.start is not None and (start is None or start < interval.start):
            missing.append(Interval(start, interval.start))
        if interval.end is None:
            return tuple(missing)
        start = interval.end
    if _before(start, within.end):
        missing.append(Interval(start, within.end))
    return tuple(missing)


def _before(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start < end
