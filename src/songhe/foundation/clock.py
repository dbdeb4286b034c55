"""The only source of time in the house, so that a test or a demo can stop it and so that "today" is always the city's today."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")

_frozen: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in the city's time zone."""
    return (_frozen or datetime.now(UTC)).astimezone(CITY_ZONE)


def today() -> date:
    """The calendar day in the city (not in UTC: they differ from midnight to eight)."""
    return now().date()


def end_of_day(day: date) -> datetime:
    """The first moment after the day, in the city's time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=CITY_ZONE) + timedelta(days=1)


@contextmanager
def frozen(moment: datetime | date) -> Iterator[None]:
    """Inside the block, in every thread, `now()` is this moment; a date means noon of that day in the city."""
    global _frozen
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, 12, tzinfo=CITY_ZONE)
    if moment.tzinfo is None:
        raise ValueError("a frozen moment must carry its time zone")
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before
