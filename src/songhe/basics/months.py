"""Months as their first days."""

from __future__ import annotations

import datetime as dt


def month_after(day: dt.date, months: int = 1) -> dt.date:
    """The first day of the month so many months after that of the day (before it, where `months` is below zero)."""
    place = day.year * 12 + day.month - 1 + months
    return dt.date(place // 12, place % 12 + 1, 1)
