"""Cohort-component projection: cases worked by hand, and what must hold for every input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from songhe.engines.projection.cohorts import (
    Ahead,
    Band,
    by_grade,
    chance_to_die,
    in_steps,
    life_expectancy,
    project,
    smooth_rates,
    spread_evenly,
)
from songhe.engines.projection.needs import Ratios, needs_of, yearly_money


def one(start: list[float], death: list[float], migration: list[float], years: int, first_age: int = 58) -> Ahead:
    """One variant, one sex, death the same every year."""
    dying = np.tile(np.array(death), (1, years, 1, 1))
    return project(np.array([[start]]), dying, np.array([[migration]]), first_age=first_age, years=years)


def test_two_years_by_hand() -> None:
    # ages 58 59 60 61+; a tenth of the 60s and a half of the 61+ die, a tenth more 60s move in
    found = one([100, 80, 60, 40], [0, 0, 0.1, 0.5], [0, 0, 0.1, 0], 2)
    assert found.people[0, 1, 0].tolist() == pytest.approx([0, 100, 88, 74])
    assert found.people[0, 2, 0].tolist() == pytest.approx([0, 0, 110, 88 * 0.9 + 37])
    assert found.deaths[0, :, 0].tolist() == [pytest.approx([0, 0, 6, 20]), pytest.approx([0, 0, 8.8, 37])]
    assert found.aged(60)[0].tolist() == pytest.approx([100, 162, 226.2])
    assert found.aged(60, 60)[0].tolist() == pytest.approx([60, 88, 110])
    assert found.reached(60)[0].tolist() == pytest.approx([80, 100])
    assert found.died(60)[0].tolist() == pytest.approx([26, 45.8])
    assert found.net_moves(60)[0].tolist() == pytest.approx([8, 10])


def test_nobody_dies_and_nobody_moves() -> None:
    found = one([5, 6, 7, 8], [0] * 4, [0] * 4, 3)
    assert found.people.sum(axis=-1)[0, :, 0].tolist() == [26, 26, 26, 26]
    assert found.people[0, 3, 0].tolist() == [0, 0, 0, 26]


def test_everybody_dies() -> None:
    assert one([5, 6, 7, 8], [1] * 4, [0] * 4, 1).people[0, 1].sum() == 0


def test_nobody_is_there() -> None:
    found = one([0, 0, 0], [0.2] * 3, [0.1] * 3, 5)
    assert found.people.sum() == 0
    assert found.aged(60)[0].tolist() == [0] * 6


def test_one_age_only_is_open_and_only_dies() -> None:
    found = one([1000], [0.5], [0], 3, first_age=100)
    assert found.people[0, :, 0, 0].tolist() == [1000, 500, 250, 125]


def test_no_years_ahead_is_today() -> None:
    found = one([3, 4], [0.1, 0.1], [0, 0], 0)
    assert found.people.tolist() == [[[[3, 4]]]]
    assert found.deaths.shape == (1, 0, 1, 2)


shares = st.floats(0, 1)


@given(
    arrays(np.float64, (2, 2, 6), elements=st.floats(0, 1e6)),
    arrays(np.float64, (2, 4, 2, 6), elements=shares),
    arrays(np.float64, (2, 2, 6), elements=st.floats(-0.5, 0.5)),
)
def test_nobody_is_lost_and_nobody_made(start: np.ndarray, death: np.ndarray, migration: np.ndarray) -> None:  # type: ignore[type-arg]
    found = project(start, death, migration, first_age=58, years=4)
    whole = found.people.sum(axis=(-2, -1))
    change = found.moved.sum(axis=(-2, -1)) - found.deaths.sum(axis=(-2, -1))
    assert whole[:, 1:] == pytest.approx(whole[:, :-1] + change, abs=1e-6)
    elders = found.aged(60)
    assert elders[:, 1:] == pytest.approx(elders[:, :-1] + found.reached(60) - found.died(60) + found.net_moves(60), abs=1e-6)
    assert (found.people >= 0).all()


@given(arrays(np.float64, (1, 1, 5), elements=st.floats(0, 1e6)), st.floats(0, 0.9), st.floats(0, 0.1))
def test_more_deaths_never_leave_more_people(start: np.ndarray, low: float, more: float) -> None:  # type: ignore[type-arg]
    still = np.zeros_like(start)
    few = project(start, np.full((1, 3, 1, 5), low), still, first_age=60, years=3)
    many = project(start, np.full((1, 3, 1, 5), low + more), still, first_age=60, years=3)
    assert (many.aged(60) <= few.aged(60) + 1e-6).all()


def test_grades_add_up_to_people() -> None:
    people = np.array([[[[100.0, 50.0]]]])
    graded = by_grade(people, np.array([[[[0.9, 0.1], [0.5, 0.5]]]]))
    assert graded.tolist() == [[[[[90, 10], [25, 25]]]]]


def test_bands_become_single_ages() -> None:
    bands = [Band(58, 59, 10), Band(60, 64, 50)]
    assert spread_evenly(bands, 59, 4).tolist() == [5, 10, 10, 30]  # 62 and older fall on the last, open age
    assert in_steps([Band(60, 61, 0.1), Band(62, 70, 0.4)], 59, 5).tolist() == [0.1, 0.1, 0.1, 0.4, 0.4]


def test_rates_run_straight_in_their_logarithm() -> None:
    found = smooth_rates([Band(60, 69, 0.01), Band(70, 79, 0.04)], 60, 20)
    assert found[0] == pytest.approx(0.01)
    assert found[9] * found[10] == pytest.approx(0.01 * 0.04)  # halfway between the middles
    assert found[19] == pytest.approx(0.04)


def test_a_rate_becomes_a_chance() -> None:
    assert chance_to_die(np.array([0.0, 0.5])).tolist() == pytest.approx([0, 0.3934693])


def test_life_expectancy_of_a_constant_rate() -> None:
    death = chance_to_die(np.full(60, 0.1))
    assert life_expectancy(death) == pytest.approx(10, abs=0.01)


def test_needs_by_hand() -> None:
    graded = np.array([[[1000.0, 200.0, 100.0]]])
    ratios = Ratios(np.array([[0.01, 0.05, 0.3]]), np.array([0.8]), np.array([10.0, 5.0, 3.0]), 2)
    found = needs_of(graded, ratios)
    assert found.residents.tolist() == [[50]]
    assert found.beds.tolist() == [[62.5]]
    assert found.nursing_beds.tolist() == [[37.5]]
    assert found.carers.tolist() == [[pytest.approx(1 + 2 + 10)]]
    assert yearly_money(np.array([[2.5]]), 101).tolist() == [[253]]
