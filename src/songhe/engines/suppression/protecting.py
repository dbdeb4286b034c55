"""Which counts of linked tables must be hidden so that no small one can be read or worked out from what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

ZERO_COST = 500  # hiding a zero says least but hides most: only where nothing else does it
NEAREST = 8  # companions that are tried for a hidden count of an axis

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


class CannotProtect(ValueError):
    """So few people that whatever is published gives a small count away; `name` is the table or axis."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no protection for {name}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Axis:
    """The categories of one dimension. `parents[i]` is the node that i adds to, -1 for none; parents stand before their children."""

    id: str
    parents: tuple[int, ...]

    @property
    def leaves(self) -> tuple[int, ...]:
        """Nodes that nothing adds to."""
        above = set(self.parents)
        return tuple(node for node in range(len(self.parents)) if node not in above)

    def chain(self, node: int) -> tuple[int, ...]:
        """The node and all that it adds to, from below."""
        found = []
        while node >= 0:
            found.append(node)
            node = self.parents[node]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by two axes: int64[nodes of `rows`, nodes of `columns`]; the columns' axis is flat."""

    id: str
    rows: str
    columns: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Hidden:
    """What must not be shown: by axis for its own counts, by table for its cells."""

    axes: Mapping[str, Mask]
    tables: Mapping[str, Mask]


def protect(axes: Sequence[Axis], own: Mapping[str, Counts], tables: Sequence[Table], *, total: int, threshold: int) -> Hidden:
    """Small counts and all that would give them away are hidden: each hidden number keeps two values that fit everything shown.

    Raises CannotProtect where there are too few people for that.
    """
    if 0 < total < threshold:
        raise CannotProtect("total")
    work = _Work({axis.id: axis for axis in axes}, own, {table.id: table for table in tables}, threshold)
    for axis in axes:
        for node in np.flatnonzero(work.hidden_axes[axis.id]).tolist():
            if not work.sure_axes[axis.id][node]:
                work.move_person(axis.id, node, {})
    for table in tables:
        hidden, sure = work.hidden[table.id], work.sure[table.id]
        while len(open_ := np.argwhere(hidden & ~sure)):
            smallest = open_[np.argsort(table.counts[open_[:, 0], open_[:, 1]], kind="stable")]
            for row, column in smallest.tolist():
                if not sure[row, column]:
                    work.exchange(table.id, row, column)
    return Hidden(work.hidden_axes, work.hidden)


def _small(counts: Counts, threshold: int) -> Mask:
    return (counts > 0) & (counts < threshold)


@dataclass
class _Work:
    axes: Mapping[str, Axis]
    own: Mapping[str, Counts]
    tables: Mapping[str, Table]
    threshold: int
    hidden_axes: dict[str, Mask] = field(init=False)
    sure_axes: dict[str, Mask] = field(init=False)
    hidden: dict[str, Mask] = field(init=False)
    sure: dict[str, Mask] = field(init=False)
    leaves: dict[str, NDArray[np.int64]] = field(init=False)
    lines: dict[str, NDArray[np.int64]] = field(init=False)  # [node, depth] -> the node's ancestor at the depth, or -1

    def __post_init__(self) -> None:
        self.hidden_axes = {name: _small(self.own[name], self.threshold) for name in self.axes}
        self.sure_axes = {name: np.zeros(len(axis.parents), np.bool_) for name, axis in self.axes.items()}
        self.hidden = {name: _small(table.counts, self.threshold) for name, table in self.tables.items()}
        self.sure = {name: np.zeros(table.counts.shape, np.bool_) for name, table in self.tables.items()}
        self.leaves = {name: np.array(axis.leaves, np.int64) for name, axis in self.axes.items()}
        self.lines = {name: _lines(axis) for name, axis in self.axes.items()}

    # one person changes category, in every table at once

    def move_person(self, name: str, node: int, where: Mapping[str, int]) -> None:
        """A person may be in another category of this axis for all that is shown. `where` fixes the other axis' leaf in a table."""
        axis, counts = self.axes[name], self.own[name]
        inside = [leaf for leaf in axis.leaves if node in axis.chain(leaf)]
        best: tuple[int, int, int, dict[str, int]] | None = None
        for leaf in inside:
            for other in self._companions(axis, node):
                for giver, taker in ((leaf, other), (other, leaf)):
                    found = self._price(axis, giver, taker, where) if counts[giver] > 0 else None
                    if found is not None and (best is None or found[0] < best[0]):
                        best = (found[0], giver, taker, found[1])
        if best is None:
            raise CannotProtect(name)
        self._move(axis, best[1], best[2], best[3])

    def _companions(self, axis: Axis, node: int) -> list[int]:
        """Leaves outside the node: of the same parent and hidden already first, then the smallest."""
        hidden, counts = self.hidden_axes[axis.id], self.own[axis.id]
        others = [leaf for leaf in axis.leaves if node not in axis.chain(leaf)]
        others.sort(
            key=lambda leaf: (axis.parents[leaf] != axis.parents[node], not hidden[leaf], counts[leaf] == 0, int(counts[leaf]))
        )
        return others[:NEAREST]

    def _price(self, axis: Axis, giver: int, taker: int, where: Mapping[str, int]) -> tuple[int, dict[str, int]] | None:
        """What must be hidden more for this move, and the leaf of the other axis in each table; None where it cannot be made."""
        nodes = _difference(axis, giver, taker)
        cost = sum(_cost(self.hidden_axes[axis.id][node], self.own[axis.id][node]) for node in nodes)
        chosen: dict[str, int] = {}
        for table in self.tables.values():
            if axis.id not in (table.rows, table.columns):
                continue
            other = self.axes[table.columns if table.rows == axis.id else table.rows]
            prices = self._prices(table)
            cells, counts = (prices, table.counts) if table.rows == axis.id else (prices.T, table.counts.T)
            along = _summed(cells[list(nodes)].sum(axis=0), self.lines[other.id], self.leaves[other.id])
            able = counts[giver][self.leaves[other.id]] > 0
            if table.id in where:
                able &= self.leaves[other.id] == where[table.id]
            if not able.any():
                return None
            place = int(np.where(able, along, np.iinfo(np.int64).max).argmin())
            cost, chosen[table.id] = cost + int(along[place]), int(self.leaves[other.id][place])
        return cost, chosen

    def _move(self, axis: Axis, giver: int, taker: int, chosen: Mapping[str, int]) -> None:
        nodes = list(_difference(axis, giver, taker))
        self.hidden_axes[axis.id][nodes] = self.sure_axes[axis.id][nodes] = True
        for name, leaf in chosen.items():
            table = self.tables[name]
            other = self.axes[table.columns if table.rows == axis.id else table.rows]
            chain = list(other.chain(leaf))
            cells = np.ix_(nodes, chain) if table.rows == axis.id else np.ix_(chain, nodes)
            self.hidden[name][cells] = self.sure[name][cells] = True

    # two people exchange one trait, within one table

    def exchange(self, name: str, row: int, column: int) -> None:
        """The cell may be one more or one less for all that is shown; what that takes is hidden."""
        table = self.tables[name]
        axis = self.axes[table.rows]
        found = self._corner(table, row, column, near=True) or self._corner(table, row, column, near=False)
        if found is not None:
            leaf, other, opposite = found
            cells = np.ix_(list(_difference(axis, leaf, other)), [column, opposite])
            self.hidden[name][cells] = self.sure[name][cells] = True
            return
        self._move_in(table, row, column)

    def _move_in(self, table: Table, row: int, column: int) -> None:
        """Where no exchange is possible the row or the column has this one cell alone: then its own count must be open as well."""
        leaf = int(np.array(self.axes[table.rows].leaves)[self._under(table.rows, row)][0])
        try:
            self.move_person(table.columns, column, {table.id: leaf})
        except CannotProtect:
            self.move_person(table.rows, row, {table.id: column})
        if not self.sure[table.id][row, column]:
            raise CannotProtect(table.id)

    def _corner(self, table: Table, row: int, column: int, *, near: bool) -> tuple[int, int, int] | None:
        """A leaf of the row, one outside and another column with the least to hide; near: outside means under the same parent."""
        axis, leaves, lines = self.axes[table.rows], self.leaves[table.rows], self.lines[table.rows]
        own = self._under(table.rows, row)
        parent = axis.parents[row]
        outside = ~own & (self._under(table.rows, parent) if near and parent >= 0 else np.ones(len(leaves), np.bool_))
        if not outside.any() or table.counts.shape[1] < 2:
            return None
        below = lines[:, len(axis.chain(parent)) if near and parent >= 0 else 0 :]
        rows_here, rows_there = leaves[own], leaves[outside]
        return _rectangle(table.counts, self._prices(table), below, rows_here, rows_there, column)

    def _under(self, name: str, node: int) -> Mask:
        """Which leaves add to the node."""
        found: Mask = (self.lines[name][self.leaves[name]] == node).any(axis=1)
        return found

    def _prices(self, table: Table) -> Counts:
        counts = table.counts
        return np.where(self.hidden[table.id], 0, np.where(counts == 0, ZERO_COST, counts + 1))


def _rectangle(
    counts: Counts, prices: Counts, lines: NDArray[np.int64], here: NDArray[np.int64], there: NDArray[np.int64], column: int
) -> tuple[int, int, int] | None:
    """The cheapest leaf here, leaf there and other column that can exchange one person with the column, one way or the other."""
    most = np.iinfo(np.int64).max // 4
    inner, outer = _summed(prices, lines, here), _summed(prices, lines, there)
    inner, outer = inner + inner[:, [column]], outer + outer[:, [column]]
    best: tuple[int, int, int, int] | None = None
    at_here, at_there = counts[here], counts[there]
    gives = (at_here[:, [column]] > 0, at_there > 0)  # one less here, one more there
    takes = (at_here > 0, at_there[:, [column]] > 0)
    for able_here, able_there in (gives, takes):
        a, b = np.where(able_here, inner, most), np.where(able_there, outer, most)
        total = a.min(axis=0) + b.min(axis=0)
        total[column] = 2 * most
        other = int(total.argmin())
        if total[other] < most and (best is None or total[other] < best[0]):
            best = (int(total[other]), int(here[a[:, other].argmin()]), int(there[b[:, other].argmin()]), other)
    return None if best is None else best[1:]


def _summed(prices: Counts, lines: NDArray[np.int64], leaves: NDArray[np.int64]) -> Counts:
    """For each leaf the prices of itself and its ancestors; the first dimension of `prices` are nodes."""
    total = np.zeros((len(leaves), *prices.shape[1:]), np.int64)
    for depth in range(lines.shape[1]):
        nodes = lines[leaves, depth]
        known = nodes >= 0
        total[known] += prices[nodes[known]]
    return total


def _lines(axis: Axis) -> NDArray[np.int64]:
    chains = [axis.chain(node)[::-1] for node in range(len(axis.parents))]
    found = np.full((len(chains), max((len(chain) for chain in chains), default=1)), -1, np.int64)
    for node, chain in enumerate(chains):
        found[node, : len(chain)] = chain
    return found


def _difference(axis: Axis, one: int, other: int) -> tuple[int, ...]:
    """The nodes that a change from one leaf to the other alters."""
    return tuple(sorted(set(axis.chain(one)) ^ set(axis.chain(other))))


def _cost(hidden: bool | np.bool_, count: int | np.int64) -> int:
    return 0 if hidden else ZERO_COST if count == 0 else int(count) + 1


def equations(axes: Sequence[Axis], tables: Sequence[Table]) -> Iterator[tuple[tuple[str, int, int], list[tuple[str, int, int]]]]:
    """Every sum that a reader can make: the number on the left is the sum of those on the right. (name, node, -1) is an axis' own count."""
    for axis in axes:
        for node in range(-1, len(axis.parents)):
            below = [child for child, parent in enumerate(axis.parents) if parent == node]
            if below:
                yield (axis.id if node >= 0 else "", node, -1), [(axis.id, child, -1) for child in below]
    by_id = {axis.id: axis for axis in axes}
    for table in tables:
        rows, columns = by_id[table.rows], by_id[table.columns]
        for row in range(len(rows.parents)):
            yield (table.rows, row, -1), [(table.id, row, column) for column in columns.leaves]
        for column in range(len(columns.parents)):
            for node in range(-1, len(rows.parents)):
                below = [child for child, parent in enumerate(rows.parents) if parent == node]
                if below:
                    left = (table.columns, column, -1) if node < 0 else (table.id, node, column)
                    yield left, [(table.id, child, column) for child in below]
