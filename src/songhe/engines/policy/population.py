"""People as columns: the input of the whole-city evaluators, and their packed answer.

An `Outcome` keeps one bit a person for every condition and status plane and the amounts of those who are paid only, so ten
million people fit in memory; `status`, `amount`, `true` and `unknown` unpack it to plain arrays, whole or a range of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class ColumnData:
    """`values` (bool; int32 for dates, ints and codes; int64 for money) with `known` (bool) or None if all are known.

    A narrower signed integer type is allowed where it holds the values. Where `known` is False the value is arbitrary and
    must not be read.
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

    def household_of(self) -> NDArray[np.int64]:
        """int64[n]: the index of each person's household."""
        sizes = np.diff(np.append(self.starts, self.size))
        return np.repeat(np.arange(len(self.starts), dtype=np.int64), sizes)

    def take_households(self, households: NDArray[np.int64]) -> tuple[Population, NDArray[np.int64]]:
        """The population of these households only (ascending), and the rows here that it was taken from."""
        ends = np.append(self.starts[1:], self.size)
        first = self.starts[households]
        sizes = ends[households] - first
        starts = np.zeros(len(households), dtype=np.int64)
        np.cumsum(sizes[:-1], out=starts[1:])
        rows = np.repeat(first - starts, sizes) + np.arange(int(sizes.sum()), dtype=np.int64)
        persons = {name: _take(column, rows) for name, column in self.persons.items()}
        shared = {name: _take(column, households) for name, column in self.households.items()}
        return Population(self.person_id[rows], starts, persons, shared), rows


def _take(column: ColumnData, rows: NDArray[np.int64]) -> ColumnData:
    return ColumnData(column.values[rows], None if column.known is None else column.known[rows])


@dataclass(frozen=True, slots=True)
class Payments:
    """The people paid by one benefit: `rows` ascending within the part, `fen` int64, both of one length."""

    rows: NDArray[np.int32]
    fen: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OutcomePart:
    """The answer for rows start .. start + size. Bit i of word i // 64 is row i; bits past `size` are zero.

    planes    per benefit three planes: bits 0, 1 and 2 of the `Status`
    payments  per benefit; None for a benefit in kind
    true      per condition: it is true;   possible  per condition: it is true or unknown (the same array where all is known);
              both still without the cut to `applies`
    Where a whole plane is zero it is None.
    """

    start: int
    size: int
    applies: Words
    planes: tuple[tuple[Words | None, Words | None, Words | None], ...]
    payments: tuple[Payments | None, ...]
    true: tuple[Words, ...]
    possible: tuple[Words, ...]


def unpack(words: Words | None, size: int) -> NDArray[np.uint8]:
    """uint8[size] of 0 and 1."""
    if words is None:
        return np.zeros(size, dtype=np.uint8)
    return np.unpackbits(words.view(np.uint8), count=size, bitorder="little")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rulebook says of a population; rows as in the population.

    applies   bool[n]: the pack speaks of this person
    status    uint8[n, benefits] (`Status`)
    amount    int64[n, benefits] fen; 0 unless eligible or provisional
    true      uint8[n, ceil(conditions / 8)]: condition `bit` is true (little-endian bits)
    unknown   uint8[n, ceil(conditions / 8)]

    Each property unpacks anew: hold on to the array. For a large city go through `parts`, a few 100,000 rows each.
    """

    parts: tuple[OutcomePart, ...]
    benefits: int
    conditions: int

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    def __iter__(self) -> Iterator[Outcome]:
        return (Outcome((part,), self.benefits, self.conditions) for part in self.parts)

    @property
    def applies(self) -> NDArray[np.bool_]:
        return np.concatenate([unpack(part.applies, part.size) for part in self.parts] or [np.zeros(0, np.uint8)]).view(np.bool_)

    @property
    def status(self) -> NDArray[np.uint8]:
        dense = np.zeros((self.size, self.benefits), dtype=np.uint8, order="F")
        for part, rows in self._ranges():
            for index, planes in enumerate(part.planes):
                column = dense[rows, index]
                for place, plane in enumerate(planes):
                    if plane is not None:
                        column |= unpack(plane, part.size) << np.uint8(place)
        return dense

    @property
    def amount(self) -> NDArray[np.int64]:
        dense = np.zeros((self.size, self.benefits), dtype=np.int64, order="F")
        for part, rows in self._ranges():
            for index, paid in enumerate(part.payments):
                if paid is not None:
                    dense[rows, index][paid.rows] = paid.fen
        return dense

    @property
    def true(self) -> NDArray[np.uint8]:
        return self._masks(unknown=False)

    @property
    def unknown(self) -> NDArray[np.uint8]:
        return self._masks(unknown=True)

    def totals(self) -> NDArray[np.int64]:
        """int64[benefits]: fen paid in all, by benefit."""
        sums = np.zeros(self.benefits, dtype=np.int64)
        for part in self.parts:
            for index, paid in enumerate(part.payments):
                if paid is not None:
                    sums[index] += paid.fen.sum()
        return sums

    def counts(self) -> NDArray[np.int64]:
        """int64[benefits, 7]: people by benefit and status, of those the pack speaks of."""
        table = np.zeros((self.benefits, 7), dtype=np.int64)
        for part in self.parts:
            for index in range(self.benefits):
                for status in range(7):
                    plane = part.applies
                    for place, bits in enumerate(part.planes[index]):
                        chosen = np.zeros_like(plane) if bits is None else bits
                        plane = plane & (chosen if status >> place & 1 else ~chosen)
                    table[index, status] += int(np.bitwise_count(plane).sum())
        return table

    def _ranges(self) -> Iterator[tuple[OutcomePart, slice]]:
        first = self.parts[0].start if self.parts else 0
        for part in self.parts:
            yield part, slice(part.start - first, part.start - first + part.size)

    def _masks(self, *, unknown: bool) -> NDArray[np.uint8]:
        dense = np.zeros((self.size, (self.conditions + 7) // 8), dtype=np.uint8)
        for part, rows in self._ranges():
            for bit, (true, possible) in enumerate(zip(part.true, part.possible, strict=True)):
                if unknown and true is possible:
                    continue
                words = (true ^ possible if unknown else true) & part.applies
                dense[rows, bit // 8] |= unpack(words, part.size) << np.uint8(bit % 8)
        return dense
