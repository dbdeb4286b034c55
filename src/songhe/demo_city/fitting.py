"""Iterative proportional fitting, and whole people out of a fitted table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]


def fit(seed: Table, margins: Sequence[NDArray[np.float64]], rounds: int = 200, tolerance: float = 1e-9) -> Table:
    """The table nearest to `seed` whose sums along each axis are the margins (Deming and Stephan, 1940).

    `seed` has one axis per margin; its zeros stay zero. Margins are scaled to the first one's total. Where zeros make the margins
    contradict each other, the result is the last round's, and the first axis holds exactly.
    """
    total = margins[0].sum()
    wanted = [margin * (total / margin.sum()) for margin in margins]
    table = seed.astype(np.float64)
    for _ in range(rounds):
        worst = 0.0
        for axis in reversed(range(table.ndim)):
            others = tuple(a for a in range(table.ndim) if a != axis)
            sums = table.sum(axis=others)
            factor = np.divide(wanted[axis], sums, out=np.zeros_like(sums), where=sums > 0)
            worst = max(worst, float(np.abs(factor[sums > 0] - 1).max(initial=0.0)))
            shape = [1] * table.ndim
            shape[axis] = -1
            table *= factor.reshape(shape)
        if worst < tolerance:
            break
    return table


def whole(shares: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Whole numbers in proportion to `shares` that add up to `total` (largest remainder, ties to the first)."""
    exact = shares * (total / shares.sum())
    counts: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    rest = total - int(counts.sum())
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[:rest]] += 1
    return counts


def whole_table(table: Table, first_margin: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole people in every cell, such that each slice of the first axis adds up to its margin exactly."""
    slices: list[NDArray[np.int64]] = [
        whole(table[i].ravel(), int(n)) if n else np.zeros(table[i].size, np.int64) for i, n in enumerate(first_margin)
    ]
    stacked: NDArray[np.int64] = np.stack(slices).reshape(table.shape)
    return stacked
