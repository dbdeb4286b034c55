"""Small counts stay unknown: exact masks on hand-made tables, and by search that every hidden number keeps two possible values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from songhe.engines.suppression.protecting import Axis, CannotProtect, Hidden, Table, equations, protect

AREA = Axis("area", (-1, -1, 0, 0, 1, 1, 1))  # two towns with two and three communities
AGE = Axis("age", (-1, -1, -1))
ABILITY = Axis("ability", (-1, -1))
AXES = (AREA, AGE, ABILITY)
Cell = tuple[str, int, int]


def tables_of(people: NDArray[np.int64]) -> tuple[dict[str, NDArray[np.int64]], tuple[Table, ...]]:
    """`people`: (area leaf, age, ability) of each person."""
    own = {axis.id: np.zeros(len(axis.parents), np.int64) for axis in AXES}
    cells = {
        name: np.zeros((len(a.parents), len(b.parents)), np.int64)
        for name, a, b in (("area_age", AREA, AGE), ("area_ability", AREA, ABILITY), ("age_ability", AGE, ABILITY))
    }
    for leaf, age, ability in people.tolist():
        for node in AREA.chain(leaf):
            own["area"][node] += 1
            cells["area_age"][node, age] += 1
            cells["area_ability"][node, ability] += 1
        own["age"][age] += 1
        own["ability"][ability] += 1
        cells["age_ability"][age, ability] += 1
    kinds = (("area_age", "area", "age"), ("area_ability", "area", "ability"), ("age_ability", "age", "ability"))
    return own, tuple(Table(name, rows, columns, cells[name]) for name, rows, columns in kinds)


def values_of(own: dict[str, NDArray[np.int64]], tables: tuple[Table, ...]) -> dict[Cell, int]:
    found = {(name, node, -1): int(count) for name, counts in own.items() for node, count in enumerate(counts)}
    return found | {
        (t.id, r, c): int(t.counts[r, c]) for t in tables for r in range(t.counts.shape[0]) for c in range(t.counts.shape[1])
    }


def hidden_cells(hidden: Hidden) -> set[Cell]:
    found = {(name, int(node), -1) for name, mask in hidden.axes.items() for node in np.flatnonzero(mask)}
    return found | {(name, int(r), int(c)) for name, mask in hidden.tables.items() for r, c in np.argwhere(mask)}


def another_world(cell: Cell, hidden: set[Cell], values: dict[Cell, int], sums: list[list[tuple[Cell, int]]]) -> bool:
    """Whether hidden numbers can change by at most one each, this one among them, so that every sum still holds. Depth-first search."""

    def search(change: dict[Cell, int], left: int) -> bool:
        broken = min(
            (parts for parts in sums if sum(change.get(part, 0) * sign for part, sign in parts)),
            key=lambda parts: sum(part in hidden and part not in change for part, _ in parts),
            default=None,
        )
        if broken is None:
            return True
        if left == 0:
            return False
        gap = sum(change.get(part, 0) * sign for part, sign in broken)
        step = -1 if gap > 0 else 1
        for part, sign in broken:
            if (
                part in hidden
                and part not in change
                and values[part] + step * sign >= 0
                and search(change | {part: step * sign}, left - 1)
            ):
                return True
        return False

    return any(values[cell] + first >= 0 and search({cell: first}, 16) for first in (1, -1))


def sums_of(tables: tuple[Table, ...]) -> list[list[tuple[Cell, int]]]:
    return [[(left, -1), *((part, 1) for part in parts)] for left, parts in equations(AXES, tables)]


PEOPLE = st.lists(st.tuples(st.sampled_from(AREA.leaves), st.integers(0, 2), st.integers(0, 1)), min_size=4, max_size=40)


@settings(max_examples=150, deadline=None)
@given(people=PEOPLE, threshold=st.integers(2, 5))
def test_every_hidden_number_has_two_values_that_fit_all_that_is_shown(
    people: list[tuple[int, int, int]], threshold: int
) -> None:
    assume(len(people) >= threshold)
    own, tables = tables_of(np.array(people, np.int64))
    values, sums = values_of(own, tables), sums_of(tables)
    for parts in sums:
        assert sum(values.get(part, len(people)) * sign for part, sign in parts) == 0
    try:
        found = protect(AXES, own, tables, total=len(people), threshold=threshold)
    except CannotProtect:
        assume(False)
        raise
    hidden = hidden_cells(found)
    assert {cell for cell, value in values.items() if 0 < value < threshold} <= hidden
    for cell in hidden:
        assert another_world(cell, hidden, values, sums), (cell, people)


def test_one_small_cell_takes_three_others_with_it() -> None:
    rows, columns = Axis("rows", (-1, -1, -1)), Axis("columns", (-1, -1, -1))
    counts = np.array([[3, 40, 50], [20, 30, 90], [80, 70, 60]], np.int64)
    own = {"rows": counts.sum(axis=1), "columns": counts.sum(axis=0)}
    found = protect((rows, columns), own, (Table("t", "rows", "columns", counts),), total=443, threshold=10)
    assert found.tables["t"].tolist() == [[True, True, False], [True, True, False], [False, False, False]]
    assert not found.axes["rows"].any() and not found.axes["columns"].any()


def test_nothing_is_hidden_where_nothing_is_small_and_zeros_stay() -> None:
    axis, other = Axis("rows", (-1, -1)), Axis("columns", (-1, -1))
    counts = np.array([[0, 40], [20, 30]], np.int64)
    own = {"rows": counts.sum(axis=1), "columns": counts.sum(axis=0)}
    found = protect((axis, other), own, (Table("t", "rows", "columns", counts),), total=90, threshold=10)
    assert not found.tables["t"].any()


def test_too_few_people_are_refused() -> None:
    own, tables = tables_of(np.array([(2, 0, 0)] * 4, np.int64))
    with pytest.raises(CannotProtect):
        protect(AXES, own, tables, total=4, threshold=5)
    with pytest.raises(CannotProtect):
        axis, other = Axis("rows", (-1,) * 12), Axis("columns", (-1,))
        ones = np.ones((12, 1), np.int64)
        table = Table("t", "rows", "columns", ones)
        protect(
            (axis, other), {"rows": np.ones(12, np.int64), "columns": np.array([5], np.int64)}, (table,), total=12, threshold=20
        )
