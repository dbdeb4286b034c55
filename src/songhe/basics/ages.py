"""Ages, computed one way only: as the latest birth date that has reached an age on a day.

A person born on 29 February reaches an age on 1 March of a common year: the year of life is complete when its last day,
28 February, is over.
"""

from __future__ import annotations

import calendar
import datetime as dt
from enum import StrEnum

EPOCH = dt.date(1970, 1, 1)


class BirthdayRule(StrEnum):
    """The day from which an age counts: the birthday, the first of its month, or the first of the month after."""

    ON_THE_DAY = "on_the_day"
    MONTH_OF = "month_of"
    MONTH_AFTER = "month_after"


def birthday(birth: dt.date, age: int) -> dt.date:
    """The day on which someone born on `birth` is `age` full years old."""
    year = birth.year + age
    if birth.month == 2 and birth.day == 29 and not calendar.isleap(year):
        return dt.date(year, 3, 1)
    return birth.replace(year=year)


def age_on(birth: dt.date, day: dt.date) -> int:
    """Full years of life on `day`; negative before birth."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def counts_from(birth: dt.date, age: int, rule: BirthdayRule = BirthdayRule.ON_THE_DAY) -> dt.date:
    """The first day on which `age` counts as reached under `rule`."""
    if rule is BirthdayRule.ON_THE_DAY:
        return birthday(birth, age)
    first = dt.date(birth.year + age, birth.month, 1)
    return first if rule is BirthdayRule.MONTH_OF else months_before(first, -1)


def birth_cutoff(age: int, as_of: dt.date, rule: BirthdayRule = BirthdayRule.ON_THE_DAY) -> dt.date:
    """The latest birth date for which `age` is reached on `as_of`: `age >= n` is `birth_date <= birth_cutoff(n, …)`."""
    year = as_of.year - age
    if rule is BirthdayRule.MONTH_OF:
        return dt.date(year, as_of.month, calendar.monthrange(year, as_of.month)[1])
    if rule is BirthdayRule.MONTH_AFTER:
        return dt.date(year, as_of.month, 1) - dt.timedelta(days=1)
    if as_of.month == 2 and as_of.day == 29 and not calendar.isleap(year):
        return dt.date(year, 2, 28)
    return as_of.replace(year=year)


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day `months` earlier (later if negative), or the last day of that month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    month += 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def to_days(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def from_days(days: int) -> dt.date:
    """The date that is `days` after 1970-01-01."""
    return EPOCH + dt.timedelta(days=days)
