"""The first day of another month, across New Year and 29 February."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.basics.months import month_after


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        ("2026-11-22", 1, "2026-12-01"),
        ("2026-12-31", 1, "2027-01-01"),
        ("2028-01-31", 1, "2028-02-01"),
        ("2028-02-29", 12, "2029-02-01"),
        ("2026-01-15", 0, "2026-01-01"),
        ("2026-01-15", -1, "2025-12-01"),
    ],
)
def test_the_first_day_of_another_month(day: str, months: int, first: str) -> None:
    assert month_after(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(first)
