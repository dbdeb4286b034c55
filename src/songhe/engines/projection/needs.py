"""What people ahead ask for: beds, carers and money, by ratios that are parameters. Shapes as in `cohorts`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ratios:
    """`use` [V, G]: share of each grade that lives in an institution; `occupancy` [V]: share of beds that may be filled.

    `per_carer` [G]: residents that one carer looks after, on the roll (not on shift); `nursing_from`: grade from which the bed is a
    nursing bed.
    """

    use: Floats
    occupancy: Floats
    per_carer: Floats
    nursing_from: int


@dataclass(frozen=True, slots=True)
class Needs:
    """Residents, beds and nursing beds to keep, and carers, each [V, T + 1]."""

    residents: Floats
    beds: Floats
    nursing_beds: Floats
    carers: Floats


def needs_of(graded: Floats, ratios: Ratios) -> Needs:
    """Needs of people by grade [V, T + 1, G]."""
    living = graded * ratios.use[:, None, :]
    filled = living / ratios.occupancy[:, None, None]
    return Needs(
        living.sum(axis=-1),
        filled.sum(axis=-1),
        filled[..., ratios.nursing_from :].sum(axis=-1),
        np.asarray((living / ratios.per_carer).sum(axis=-1)),
    )


def yearly_money(heads: Floats, fen_a_year: int) -> NDArray[np.int64]:
    """Whole fen a year for so many heads [V, T + 1], half a fen up."""
    return np.floor(heads * fen_a_year + 0.5).astype(np.int64)
