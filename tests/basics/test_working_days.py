"""Working days against the published arrangements, and the warning where a year is not known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songhe.basics.working_days import SEED, WorkingCalendar, WorkingDay


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2024-02-09", True), ("2024-02-10", False), ("2024-02-18", True), ("2024-10-12", True), ("2025-01-26", True),
        ("2025-01-28", False), ("2025-02-05", True), ("2025-10-08", False), ("2025-10-11", True), ("2026-01-02", False),
        ("2026-01-04", True), ("2026-02-14", True), ("2026-02-23", False), ("2026-02-24", True), ("2026-10-10", True),
        ("2026-11-21", False), ("2026-11-23", True),
    ],
)  # fmt: skip
def test_known_days(day: str, working: bool) -> None:
    assert SEED.is_working_day(date.fromisoformat(day)) is working


def test_the_number_of_working_days_of_each_year() -> None:
    def working(year: int) -> int:
        return SEED.between(date(year - 1, 12, 31), date(year, 12, 31))

    assert {year: working(year) for year in (2024, 2025, 2026)} == {2024: 251, 2025: 248, 2026: 248}


def test_a_term_over_the_spring_festival() -> None:
    assert SEED.after(date(2026, 2, 13), 5) == WorkingDay(date(2026, 2, 27))  # 14, then 24 to 27
    assert SEED.after(date(2026, 2, 13), 0) == WorkingDay(date(2026, 2, 13))
    assert SEED.next_or_same(date(2026, 2, 15)) == WorkingDay(date(2026, 2, 24))
    with pytest.raises(ValueError, match="negative"):
        SEED.after(date(2026, 2, 13), -1)


def test_a_term_into_an_unknown_year_says_so() -> None:
    found = SEED.after(date(2026, 12, 30), 5)
    assert found == WorkingDay(date(2027, 1, 6), (2027,))
    assert SEED.warning(found.missing_years) == "2027年的节假日安排还没有录入，按周一至周五推算。"
    assert SEED.warning((2026, 2027, 2028)) == (
        "2027年、2028年的节假日安排还没有录入，按周一至周五推算。2026年的节假日安排还没有对照国务院办公厅通知核对。"
    )
    assert SEED.warning(()) == ""


def test_every_seeded_year_names_its_source_and_is_marked_unchecked() -> None:
    for year, known in SEED.years.items():
        assert known.year == year and known.source and not known.verified
        assert all(day.year == year for day in known.off | known.worked)
        assert all(day.weekday() >= 5 for day in known.worked) and not known.off & known.worked


def test_without_any_table_it_is_monday_to_friday() -> None:
    plain = WorkingCalendar()
    assert plain.after(date(2026, 2, 13), 5) == WorkingDay(date(2026, 2, 20), (2026,))


@settings(deadline=None, max_examples=200)
@given(st.dates(date(2023, 12, 1), date(2027, 2, 1)), st.integers(0, 60))
def test_a_term_ends_on_a_working_day_and_counts_its_days(start: date, term: int) -> None:
    end = SEED.after(start, term).day
    assert SEED.between(start, end) == term and SEED.between(end, start) == -term
    assert term == 0 or (SEED.is_working_day(end) and end > start)
    assert SEED.between(start, end + timedelta(days=1)) - term in (0, 1)
