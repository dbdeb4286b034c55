"""Theil-Sen with Kendall's exact interval, against cases worked by hand."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhe.engines.projection.trend import Forecast, TooLittle, Trend, find_trend, forecast, kendall_distribution, pair_slopes


def day(years: int) -> dt.date:
    return dt.date(2020, 1, 1) + dt.timedelta(days=round(365.25 * years))


def series(*values: float) -> list[tuple[dt.date, float]]:
    return [(day(place * 4), value) for place, value in enumerate(values)]  # four years apart: whole days


def trend_of(*values: float) -> Trend:
    found = find_trend(series(*values))
    assert isinstance(found, Trend)
    return found


def test_a_straight_line_has_its_slope_and_no_width() -> None:
    found = trend_of(10, 18, 26, 34)
    assert (found.slope, found.slope_low, found.slope_high, found.level, found.spread) == pytest.approx((2, 2, 2, 34, 0))
    ahead = forecast(found, day(16))
    assert isinstance(ahead, Forecast)
    assert (ahead.value, ahead.low, ahead.high) == pytest.approx((42, 42, 42))


def test_five_values_by_hand() -> None:
    # values 0 4 4 12 40 four years apart. Slopes a year: 1 .5 1 2.5 | 0 1 3 | 2 4.5 | 7 -> sorted 0 .5 1 1 1 2 2.5 3 4.5 7
    found = trend_of(0, 4, 4, 12, 40)
    assert found.slope == pytest.approx(1.5)
    assert (found.slope_low, found.slope_high) == pytest.approx((0.5, 4.5))  # one left out on each side
    assert found.confidence == pytest.approx(1 - 2 * 5 / 120)
    assert found.level == pytest.approx(22)  # median of 24 22 16 18 40
    assert found.spread == pytest.approx(18)  # the last value lies 18 above the line


def test_one_wild_value_does_not_turn_the_trend() -> None:
    assert trend_of(10, 18, 26, 34, 42, 50, 9000).slope == pytest.approx(2)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_the_distribution_is_that_of_all_orders(count: int) -> None:
    pairs = count * (count - 1) // 2
    counted = np.zeros(pairs + 1)
    orders = list(itertools.permutations(range(count)))
    for order in orders:
        counted[sum(a < b for a, b in itertools.combinations(order, 2))] += 1
    assert kendall_distribution(count) == pytest.approx(counted / len(orders))


def test_four_values_keep_every_slope_and_say_how_sure_that_is() -> None:
    found = trend_of(1, 2, 4, 3)
    assert found.confidence == pytest.approx(1 - 2 / 24)
    assert (found.slope_low, found.slope_high) == pytest.approx((-0.25, 0.5))


def test_too_little_is_said_with_its_reason() -> None:
    assert find_trend([]) == TooLittle("points", 0, 0)
    assert find_trend([(day(0), 1.0)]) == TooLittle("points", 1, 0)
    assert find_trend(series(1, 2, 3)) == TooLittle("points", 3, 2922)
    within_a_month = [(dt.date(2026, 1, number), float(number)) for number in (1, 8, 15, 22, 29)]
    assert find_trend(within_a_month) == TooLittle("span", 5, 28)


def test_values_of_one_day_are_one_point() -> None:
    doubled = [*series(10, 18, 26, 34), (day(12), 34.0), (day(12), 34.0)]
    found = find_trend(doubled)
    assert isinstance(found, Trend)
    assert (found.points, found.slope) == (4, pytest.approx(2))


def test_nobody_looks_further_ahead_than_twice_the_way_back() -> None:
    found = trend_of(10, 18, 26, 34)
    assert isinstance(forecast(found, day(36)), Forecast)
    assert forecast(found, day(37)) == TooLittle("too_far", 4, (day(12) - day(0)).days)


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=12), st.floats(-1000, 1000))
def test_a_steady_change_moves_the_slope_by_itself(values: list[float], change: float) -> None:
    plain = trend_of(*values)
    moved = trend_of(*(value + change * 4 * place for place, value in enumerate(values)))
    assert moved.slope == pytest.approx(plain.slope + change, abs=1e-6)
    assert moved.slope_high - moved.slope_low == pytest.approx(plain.slope_high - plain.slope_low, abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=12))
def test_the_middle_lies_within_its_interval(values: list[float]) -> None:
    found = trend_of(*values)
    ahead = forecast(found, day(4 * len(values)))
    assert found.slope_low <= found.slope <= found.slope_high
    assert isinstance(ahead, Forecast)
    assert ahead.low <= ahead.value <= ahead.high


def test_pair_slopes_are_those_of_all_pairs_in_order() -> None:
    assert pair_slopes(np.array([0.0, 1.0, 3.0]), np.array([0.0, 5.0, 6.0])).tolist() == [0.5, 2.0, 5.0]
