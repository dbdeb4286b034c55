"""People as columns: the input and output of the whole-city evaluators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ColumnData:
    """`values` (bool, int32 for dates/ints/codes, int64 for money) with `known` (bool) or None if all are known.

    Where `known` is False the value is arbitrary and must not be read.
    """

    values: NDArray[np.generic]
    known: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """People sorted by household.

    person_id   int64[n]
    starts      int64[h]: index of each household's first member; household h is starts[h]..starts[h+1]
    persons     variable name -> ColumnData of length n
    households  variable name -> ColumnData of length h
    """

    person_id: NDArray[np.int64]
    starts: NDArray[np.int64]
    persons: Mapping[str, ColumnData]
    households: Mapping[str, ColumnData]

    @property
    def size(self) -> int:
        return len(self.person_id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rulebook says of a population; rows as in the population.

    applies   bool[n]: the pack speaks of this person
    status    uint8[n, benefits] (`Status`)
    amount    int64[n, benefits] fen; 0 unless eligible or provisional
    true      uint8[n, ceil(conditions / 8)]: condition `bit` is true (little-endian bits)
    unknown   uint8[n, ceil(conditions / 8)]
    """

    applies: NDArray[np.bool_]
    status: NDArray[np.uint8]
    amount: NDArray[np.int64]
    true: NDArray[np.uint8]
    unknown: NDArray[np.uint8]
