"""Working days of the city's offices: Monday to Friday, less public holidays, plus the weekends worked in exchange.

The table ends with the last year that has been announced. A question that touches a year outside it is answered by Monday to
Friday, and the answer names that year, so that a screen can say that the day is provisional.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """One announced year: working days that are off, and weekend days that are worked.

    `verified` is False while nobody has checked the days against the text of the State Council's notice.
    """

    year: int
    off: frozenset[date]
    worked: frozenset[date]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A day, and the years of the reckoning for which no holidays are known (empty where the day is certain)."""

    day: date
    missing_years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The years that are known. A city that has a newer notice adds a year here by data."""

    years: Mapping[int, HolidayYear] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Whether offices are open; by Monday to Friday alone where the year is not known."""
        known = self.years.get(day.year)
        if known is not None and day in known.off:
            return False
        if known is not None and day in known.worked:
            return True
        return day.weekday() < SATURDAY

    def after(self, start: date, working_days: int) -> WorkingDay:
        """The day on which a term of so many working days ends: the day of `start` does not count (0 is `start` itself)."""
        if working_days < 0:
            raise ValueError("a term cannot be negative")
        day, left = start, working_days
        while left:
            day += timedelta(days=1)
            left -= self.is_working_day(day)
        return WorkingDay(day, self._missing(start, day))

    def next_or_same(self, day: date) -> WorkingDay:
        """The day itself if offices are open, otherwise the next day on which they are."""
        found = day
        while not self.is_working_day(found):
            found += timedelta(days=1)
        return WorkingDay(found, self._missing(day, found))

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; negative where `end` is earlier."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working_day(day) for day in _days(start + timedelta(days=1), end))

    def warning(self, years: tuple[int, ...]) -> str:
        """The sentence for a screen about years without a table or with an unchecked one; empty where all is certain."""
        missing = [year for year in years if year not in self.years]
        unchecked = [year for year in years if year in self.years and not self.years[year].verified]
        parts = []
        if missing:
            parts.append(f"{_listed(missing)}的节假日安排还没有录入，按周一至周五推算。")
        if unchecked:
            parts.append(f"{_listed(unchecked)}的节假日安排还没有对照国务院办公厅通知核对。")
        return "".join(parts)

    def _missing(self, start: date, end: date) -> tuple[int, ...]:
        return tuple(year for year in range(start.year, end.year + 1) if year not in self.years)


def _listed(years: list[int]) -> str:
    return "、".join(f"{year}年" for year in years)


def _days(start: date, end: date) -> Iterator[date]:
    day = start
    while day <= end:
        yield day
        day += timedelta(days=1)


def _span(year: int, *spans: str) -> frozenset[date]:
    """Days from ``MM-DD`` and ``MM-DD/MM-DD`` (both ends included)."""
    found: set[date] = set()
    for span in spans:
        first, _, last = span.partition("/")
        found.update(_days(date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last or first}")))
    return frozenset(found)


def _year(year: int, *, off: tuple[str, ...], worked: tuple[str, ...]) -> HolidayYear:
    return HolidayYear(year, _span(year, *off), _span(year, *worked), _SOURCE, verified=False)


_SOURCE = "按国务院办公厅节假日安排整理，与 chinesecalendar 1.11.0 逐日相同，尚未对照通知原文"

SEED = WorkingCalendar(
    {
        2024: _year(
            2024,
            off=("01-01", "02-10/02-17", "04-04/04-06", "05-01/05-05", "06-10", "09-15/09-17", "10-01/10-07"),
            worked=("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"),
        ),
        2025: _year(
            2025,
            off=("01-01", "01-28/02-04", "04-04/04-06", "05-01/05-05", "05-31/06-02", "10-01/10-08"),
            worked=("01-26", "02-08", "04-27", "09-28", "10-11"),
        ),
        2026: _year(
            2026,
            off=("01-01/01-03", "02-15/02-23", "04-04/04-06", "05-01/05-05", "06-19/06-21", "09-25/09-27", "10-01/10-07"),
            worked=("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
        ),
    }
)
