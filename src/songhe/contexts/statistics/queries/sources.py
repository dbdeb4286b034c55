"""The rows that indicators count, as columns: read from a snapshot, or from the areas and registers as they are or were kept."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from numpy.typing import NDArray

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers import facts as registers
from songhe.contexts.statistics.queries.printed import THOUSANDS
from songhe.engines.policy.counting import AREA, HOUSEHOLD, OTHER, PERSON, REGISTER, WHOLE, SourceRows, SourceTests, names_read
from songhe.engines.policy.population import ColumnData, Population
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type

KINDS: tuple[tuple[str, str], ...] = (
    ("街道", "street"),
    ("镇", "town"),
    ("乡", "township"),
    ("场", "farm"),
)  # by a town's legal name


def snapshot_rows(path: str, tests: SourceTests) -> SourceRows:
    """The persons of a city snapshot, or its households with the area of their first member; only the facts that the tests look at."""
    sums = {test.total for test in tests.tests if test.total}
    wanted = {name: v for name, v in tests.rulebook.variables.items() if name in names_read(tests) | sums}
    city = entitlements.read_population(entitlements.snapshot_path(path), wanted)
    people = city.population
    columns = people.persons if tests.of == PERSON else people.households
    totals = {name: _summed(columns[name]) for name in sums}
    if tests.of == HOUSEHOLD:
        return SourceRows(people, city.household_id[people.starts], city.area[people.starts], city.areas, totals)
    return SourceRows(people, people.person_id, city.area, city.areas, totals)


def _summed(column: ColumnData) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    known = np.ones(len(column.values), np.bool_) if column.known is None else column.known
    return column.values.astype(np.int64), known


def table_rows(table: pa.Table, tests: SourceTests) -> SourceRows:
    """Areas or entries of a register, each as a household of its own. What the table does not have is unknown."""
    size = table.num_rows
    area = (
        table["area_path"].combine_chunks().dictionary_encode() if size else pa.array([], pa.dictionary(pa.int32(), pa.string()))
    )
    area = area.combine_chunks() if isinstance(area, pa.ChunkedArray) else area
    wanted = names_read(tests)
    columns = {name: _column(table, v) for name, v in tests.rulebook.variables.items() if name in wanted}
    ids = table["id" if tests.of == AREA else "entry_id"].to_numpy()
    population = Population(ids, np.arange(size, dtype=np.int64), columns, {})
    totals = {test.total: _total(table[test.total]) for test in tests.tests if test.total}
    return SourceRows(population, ids, area.indices.to_numpy().astype(np.int32), tuple(area.dictionary.to_pylist()), totals)


def _column(table: pa.Table, variable: Variable) -> ColumnData:
    if variable.name not in table.column_names:
        kind = np.bool_ if variable.type is Type.BOOL else np.int64
        return ColumnData(np.zeros(table.num_rows, kind), np.zeros(table.num_rows, np.bool_))
    data = table[variable.name]
    if variable.type is Type.CODE:
        codes = [code for code, _ in variable.values]
        found = pc.index_in(data, value_set=pa.array(codes, pa.string()))
        others = pa.scalar(len(codes) - 1 if codes[-1:] == [OTHER] else None, pa.int32())
        data = pc.if_else(pc.is_valid(data), pc.coalesce(found, others), pa.scalar(None, pa.int32()))
    elif variable.type is Type.DATE:
        data = data.cast(pa.int32())
    known = pc.is_valid(data).to_numpy()
    empty: object = False if variable.type is Type.BOOL else 0
    values = pc.fill_null(data, pa.scalar(empty, data.type)).to_numpy()
    return ColumnData(values.astype(np.bool_ if variable.type is Type.BOOL else np.int64), known)


def _total(data: pa.ChunkedArray) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    known = pc.is_valid(data).to_numpy()
    if pa.types.is_decimal(data.type):
        data = pa.chunked_array([[None if value is None else int(value * WHOLE) for value in data.to_pylist()]], pa.int64())
    return pc.fill_null(data, 0).to_numpy().astype(np.int64), known


def area_table() -> pa.Table:
    """Every area: id, area_path, level, kind, rural. A town's kind is read from its legal name, a community's from `rural`."""
    areas = places.area_tree()
    return pa.table(
        {
            "id": pa.array([area.id for area in areas], pa.int64()),
            "area_path": pa.array([area.path for area in areas], pa.string()),
            "level": pa.array([area.level for area in areas], pa.string()),
            "kind": pa.array([_kind(area) for area in areas], pa.string()),
            "rural": pa.array([area.rural for area in areas], pa.bool_()),
        }
    )


def _kind(area: places.AreaView) -> str | None:
    if area.level == "community":
        return None if area.rural is None else "village" if area.rural else "community"
    if area.level == "town":
        return next((kind for suffix, kind in KINDS if area.name.endswith(suffix)), None)
    return area.level


def current_table(source: str) -> pa.Table:
    """The rows of a source as they are now."""
    if source == AREA:
        return area_table()
    name = source.removeprefix(REGISTER)
    table = _in_base_units(registers.register_rows(name))
    return table.append_column("latest", pa.array(_latest(table, policy.pack_in_use().pack.registers[name].key), pa.bool_()))


def _in_base_units(table: pa.Table) -> pa.Table:
    """A `value` whose `unit` begins with 万 or 亿 counts that many times: 24.4 万人 is 244000 人."""
    if not {"value", "unit"} <= set(table.column_names):
        return table
    times = [THOUSANDS.get((unit or "")[:1], 1) if len(unit or "") > 1 else 1 for unit in table["unit"].to_pylist()]
    values = [None if value is None else value * by for value, by in zip(table["value"].to_pylist(), times, strict=True)]
    return table.set_column(table.column_names.index("value"), "value", pa.array(values, table["value"].type))


def _latest(table: pa.Table, key: Sequence[str]) -> list[bool]:
    """Which open entries are the newest of their kind: of those with the same key but its last field, the greatest last field."""
    names = ["area_path" if name == "area" else name for name in key]
    *same, last = [table[name].to_pylist() for name in names] or [[None] * table.num_rows]
    is_open = [day is None for day in table["closed_on"].to_pylist()]
    kinds = list(zip(*same, strict=True)) if same else [(row,) for row in range(table.num_rows)]
    newest: dict[tuple[object, ...], Any] = {}
    for kind, value, counts in zip(kinds, last, is_open, strict=True):
        if counts and value is not None and (kind not in newest or value > newest[kind]):
            newest[kind] = value
    return [counts and newest.get(kind) == value for kind, value, counts in zip(kinds, last, is_open, strict=True)]


def keep(table: pa.Table) -> tuple[str, str]:
    """The table is on disk under its hash, readable by this account only; the hash and the file's name. Twice the same is one file."""
    folder = _folder()
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        target = Path(scratch) / "rows.parquet"
        pq.write_table(table, target, compression="zstd")
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        os.chmod(target, 0o600)
        os.replace(target, folder / f"{digest}.parquet")
    return digest, f"{digest}.parquet"


@lru_cache(maxsize=32)
def kept_table(name: str) -> pa.Table:
    """A table that `keep` put away."""
    return pq.read_table(_folder() / name)


def _folder() -> Path:
    folder = Path(settings.VAR) / "figure_inputs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def tables_of(sources: Collection[str]) -> Mapping[str, pa.Table]:
    """The sources beside the snapshot, as they are now."""
    return {source: current_table(source) for source in sources if source not in (PERSON, HOUSEHOLD)}
