"""Division codes and spans of days."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songhe.basics.intervals import Interval, gaps, merged
from songhe.basics.regions import is_region_code, level_of, province_of

many = settings(deadline=None, max_examples=150)
START = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("640000", "province"), ("640300", "prefecture"), ("640381", "county"), ("640381100", "town"), ("640381100001", "community"),
        ("640381000", "county"), ("640381100000", "town"),
    ],
)  # fmt: skip
def test_levels(code: str, level: str) -> None:
    assert level_of(code) == level


def test_shapes_and_provinces() -> None:
    assert [is_region_code(text) for text in ("640381", "64038", "64038a", "６４０３８１", "")] == [
        True,
        False,
        False,
        False,
        False,
    ]
    assert province_of("640381") == "宁夏回族自治区" and province_of("990000") is None
    with pytest.raises(ValueError, match="not a division code"):
        level_of("64")


def day(n: int) -> date:
    return START + timedelta(days=n)


spans = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: Interval(day(p[0]), day(p[0] + p[1])))


def days_of(intervals: tuple[Interval, ...] | list[Interval]) -> set[int]:
    return {n for n in range(-5, 90) if any(day(n) in interval for interval in intervals)}


@many
@given(spans, spans)
def test_overlap_and_meet_are_about_shared_days(one: Interval, other: Interval) -> None:
    shared = days_of([one]) & days_of([other])
    met = one.meet(other)
    assert one.overlaps(other) == other.overlaps(one) == bool(shared)
    assert (days_of([met]) if met else set()) == shared


@many
@given(st.lists(spans, max_size=8))
def test_merging_keeps_the_days_and_leaves_no_two_touching(intervals: list[Interval]) -> None:
    joined = merged(intervals)
    assert days_of(joined) == days_of(intervals)
    assert all(a.end is not None and b.start is not None and a.end < b.start for a, b in pairwise(joined))


@many
@given(st.lists(spans, max_size=8), spans)
def test_gaps_are_the_days_that_are_missing(intervals: list[Interval], within: Interval) -> None:
    assert days_of(gaps(intervals, within)) == days_of([within]) - days_of(intervals)


def test_intervals_without_limits() -> None:
    always, from_ten, until_ten = Interval(), Interval(day(10)), Interval(None, day(10))
    assert day(-10_000) in always and day(10) in from_ten and day(9) not in from_ten and day(10) not in until_ten
    assert not from_ten.overlaps(until_ten) and always.meet(from_ten) == from_ten
    assert merged([from_ten, until_ten]) == (always,)
    assert gaps([from_ten], always) == (until_ten,) and gaps([], always) == (always,) and gaps([always], always) == ()
    assert gaps([Interval(day(3), day(5))], from_ten) == (from_ten,)
    assert (Interval(day(0), day(7)).days, from_ten.days) == (7, None)
    with pytest.raises(ValueError, match="must hold a day"):
        Interval(day(1), day(1))
