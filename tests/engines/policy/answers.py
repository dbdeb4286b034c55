"""The answer of any back end as plain arrays, and a comparison that names the first cells that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from songhe.engines.policy.population import ColumnData, Outcome, Population
from songhe.engines.policy.rulebook import Rulebook, Status


@dataclass(frozen=True, slots=True)
class Answers:
    """Shapes as in `Outcome`."""

    applies: NDArray[np.bool_]
    status: NDArray[np.uint8]
    amount: NDArray[np.int64]
    true: NDArray[np.uint8]
    unknown: NDArray[np.uint8]


def of_outcome(outcome: Outcome) -> Answers:
    return Answers(outcome.applies, outcome.status, outcome.amount, outcome.true, outcome.unknown)


def differences(rulebook: Rulebook, left: Answers, right: Answers) -> list[str]:
    """Every array that differs, with its first cells; empty when all cells are equal."""
    found = []
    for name in ("applies", "status", "amount", "true", "unknown"):
        mine, theirs = getattr(left, name), getattr(right, name)
        if mine.shape != theirs.shape:
            found.append(f"{name}: shapes {mine.shape} and {theirs.shape}")
        elif not np.array_equal(mine, theirs):
            cells = np.argwhere(mine != theirs)
            some = [f"{tuple(int(i) for i in cell)}: {mine[tuple(cell)]} and {theirs[tuple(cell)]}" for cell in cells[:5]]
            found.append(f"{name}: {len(cells)} cells, " + "; ".join(some))
    return found


def tables(population: Population) -> tuple[pa.Table, pa.Table]:
    """The input tables of the SQL back end: person, household."""

    def arrow(column: ColumnData) -> pa.Array:
        return pa.array(column.values, mask=None if column.known is None else ~column.known)

    persons = {"person_id": pa.array(population.person_id), "household_id": pa.array(population.household_of())}
    persons |= {name: arrow(column) for name, column in population.persons.items()}
    households = {"household_id": pa.array(np.arange(len(population.starts), dtype=np.int64))}
    households |= {name: arrow(column) for name, column in population.households.items()}
    return pa.table(persons), pa.table(households)


def result_columns(rulebook: Rulebook) -> list[str]:
    states = [f"{kind}_{benefit.index}" for benefit in rulebook.benefits for kind in ("s", "a")]
    return ["person_id", *states, *(f"c_{bit}" for bit in range(rulebook.condition_count))]


def of_rows(rulebook: Rulebook, population: Population, rows: Sequence[Sequence[object]]) -> Answers:
    """Rows of `songhe_result` in the order of `result_columns`; who has no row is not spoken of."""
    size, benefits = population.size, len(rulebook.benefits)
    width = (rulebook.condition_count + 7) // 8
    made = Answers(
        np.zeros(size, np.bool_),
        np.zeros((size, benefits), np.uint8),
        np.zeros((size, benefits), np.int64),
        np.zeros((size, width), np.uint8),
        np.zeros((size, width), np.uint8),
    )
    place = {int(person): row for row, person in enumerate(population.person_id)}
    for cells in rows:
        row = place[int(str(cells[0]))]
        assert not made.applies[row], "a person stands twice in the result"
        made.applies[row] = True
        for k in range(benefits):
            made.status[row, k] = Status(int(str(cells[1 + 2 * k])))
            made.amount[row, k] = int(str(cells[2 + 2 * k]))
        for bit, value in enumerate(cells[1 + 2 * benefits :]):
            if value is None:
                made.unknown[row, bit // 8] |= 1 << bit % 8
            elif value:
                made.true[row, bit // 8] |= 1 << bit % 8
    return made
