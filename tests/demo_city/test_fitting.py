"""Fitting keeps its margins, and whole people add up."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from songhe.demo_city.fitting import fit, whole, whole_table


def test_fit_meets_every_margin() -> None:
    rng = np.random.default_rng(1)
    seed = rng.random((4, 3, 5)) + 0.1
    margins = [rng.random(n) + 0.5 for n in seed.shape]
    table = fit(seed, margins)
    for axis, margin in enumerate(margins):
        others = tuple(a for a in range(3) if a != axis)
        np.testing.assert_allclose(table.sum(axis=others), margin * margins[0].sum() / margin.sum(), rtol=1e-6)


def test_zeros_of_the_seed_stay_zero() -> None:
    seed = np.array([[0.0, 1.0], [1.0, 1.0]])
    table = fit(seed, [np.array([3.0, 7.0]), np.array([4.0, 6.0])])
    assert table[0, 0] == 0
    np.testing.assert_allclose(table, [[0, 3], [4, 3]], rtol=1e-6)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30), st.integers(0, 10_000))
def test_whole_numbers_add_up_and_stay_within_one(shares: list[float], total: int) -> None:
    weights = np.array(shares)
    counts = whole(weights, total)
    assert counts.sum() == total
    assert (np.abs(counts - weights * total / weights.sum()) < 1 + 1e-9).all()


def test_whole_table_holds_its_first_margin() -> None:
    table = np.random.default_rng(2).random((3, 4, 2))
    counts = whole_table(table, np.array([10, 0, 7]))
    assert counts.sum(axis=(1, 2)).tolist() == [10, 0, 7]
