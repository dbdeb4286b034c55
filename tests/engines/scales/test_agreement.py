"""Weighted kappa: values worked out by hand, and what must hold for every set of pairs."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhe.engines.scales.agreement import same_share, weighted_kappa

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([(0, 0), (1, 1), (2, 2)], Fraction(1)),
        ([(0, 1), (1, 0)], Fraction(-1)),
        ([(0, 0), (0, 1), (1, 0), (1, 1)], Fraction(0)),
        # two steps: 1 - 3*1 / ((0-1)²·1·1 ...): rows 0,1,2 against 0,1,1
        ([(0, 0), (1, 1), (2, 1)], 1 - Fraction(3, 2 + 1 + 4 + 2)),
        # as two steps without weights: observed 0.7, expected 0.5
        ([(0, 0)] * 20 + [(0, 1)] * 5 + [(1, 0)] * 10 + [(1, 1)] * 15, Fraction(2, 5)),
        ([], None),
        ([(2, 2), (2, 2)], None),
    ],
)
def test_known_values(pairs: list[tuple[int, int]], kappa: Fraction | None) -> None:
    assert weighted_kappa(pairs) == kappa


@given(PAIRS)
def test_it_is_the_same_from_both_sides_and_from_both_ends(pairs: list[tuple[int, int]]) -> None:
    found = weighted_kappa(pairs)
    assert found == weighted_kappa([(j, i) for i, j in pairs])
    assert found == weighted_kappa([(4 - i, 4 - j) for i, j in pairs])
    assert found == weighted_kappa([(10 * i, 10 * j) for i, j in pairs])
    assert found is None or -1 <= found <= 1


@given(PAIRS)
def test_full_agreement_is_one_and_nothing_else_is(pairs: list[tuple[int, int]]) -> None:
    found, same = weighted_kappa(pairs), same_share(pairs)
    if found is not None:
        assert (found == 1) == (same == 1)


@given(PAIRS, st.data())
def test_a_greater_distance_agrees_less(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    """Of the same two distributions, exchanging two answers so that the distances grow never raises kappa."""
    a, b = data.draw(st.sampled_from(range(len(pairs)))), data.draw(st.sampled_from(range(len(pairs))))
    swapped = list(pairs)
    swapped[a], swapped[b] = (pairs[a][0], pairs[b][1]), (pairs[b][0], pairs[a][1])
    if a == b:
        return
    before, after = weighted_kappa(pairs), weighted_kappa(swapped)
    further = sum((i - j) ** 2 for i, j in swapped) >= sum((i - j) ** 2 for i, j in pairs)
    if before is not None and after is not None:
        assert (after <= before) if further else (after >= before)
