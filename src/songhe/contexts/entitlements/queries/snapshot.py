"""Reading a snapshot back: as a population for the whole-city evaluator, or one household of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from numpy.typing import NDArray

from songhe.contexts.entitlements.errors import SnapshotMissing
from songhe.contexts.entitlements.models import Snapshot
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.population import ColumnData, Outcome, Population
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type

HOUSEHOLD_PREFIX = "household."


@dataclass(frozen=True, slots=True)
class CityFacts:
    """A snapshot in memory: the population, and each person's area as an index into `areas`."""

    population: Population
    household_id: NDArray[np.int64]
    area: NDArray[np.int32]
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """An outcome unpacked once; arrays as the properties of `Outcome`."""

    applies: NDArray[np.bool_]
    status: NDArray[np.uint8]
    amount: NDArray[np.int64]
    true: NDArray[np.uint8]
    unknown: NDArray[np.uint8]


def decided_arrays(outcome: Outcome) -> Decided:
    """The outcome as plain arrays."""
    return Decided(outcome.applies, outcome.status, outcome.amount, outcome.true, outcome.unknown)


def snapshot_path(name: str) -> Path:
    path = Path(settings.VAR) / "snapshots" / name
    if not path.is_file():
        raise SnapshotMissing("当时使用的数据快照文件不在了，不能重新核算。", next_step="请系统管理员从备份中恢复快照文件。")
    return path


def _column(data: pa.ChunkedArray, variable: Variable) -> ColumnData:
    """An Arrow column as values and known mask, codes as indexes into the dictionary's values."""
    if variable.type is Type.CODE:
        data = pc.index_in(data, value_set=pa.array([code for code, _ in variable.values], pa.string()))
    elif variable.type is Type.DATE:
        data = data.cast(pa.int32())
    kinds: Mapping[Type, tuple[type, object]] = {Type.BOOL: (np.bool_, False), Type.MONEY: (np.int64, 0)}
    kind, empty = kinds.get(variable.type, (np.int32, 0))
    known = None if data.null_count == 0 else pc.is_valid(data).to_numpy()
    filled = data if known is None else pc.fill_null(data, pa.scalar(empty, data.type))
    return ColumnData(filled.to_numpy().astype(kind, copy=False), known)


def read_population(path: Path, variables: Mapping[str, Variable]) -> CityFacts:
    """The snapshot's rows as columns for the evaluator; variables that the snapshot does not have are unknown for everybody."""
    present = set(pq.read_schema(path).names)
    wanted = {name: v for name, v in variables.items() if v.entity in ("person", "household")}
    stored = {(name if v.entity == "person" else HOUSEHOLD_PREFIX + name): v for name, v in wanted.items()}
    table = pq.read_table(path, columns=["person_id", "household_id", "area_path", *[c for c in stored if c in present]])
    household = table["household_id"].to_numpy()
    starts = np.flatnonzero(np.r_[True, household[1:] != household[:-1]]) if len(household) else np.zeros(0, np.int64)
    persons: dict[str, ColumnData] = {}
    households: dict[str, ColumnData] = {}
    for column, variable in stored.items():
        if column not in present:
            size = len(household) if variable.entity == "person" else len(starts)
            kind = {Type.BOOL: np.bool_, Type.MONEY: np.int64}.get(variable.type, np.int32)
            nothing = ColumnData(np.zeros(size, kind), np.zeros(size, np.bool_))
            (persons if variable.entity == "person" else households)[variable.name] = nothing
        elif variable.entity == "person":
            persons[variable.name] = _column(table[column], variable)
        else:
            households[variable.name] = _column(table[column].take(pa.array(starts)), variable)
    area = (
        table["area_path"].combine_chunks().dictionary_encode()
        if len(household)
        else pa.array([], pa.dictionary(pa.int32(), pa.string()))
    )
    area = area.combine_chunks() if isinstance(area, pa.ChunkedArray) else area
    population = Population(table["person_id"].to_numpy(), starts.astype(np.int64), persons, households)
    return CityFacts(population, household, area.indices.to_numpy().astype(np.int32), tuple(area.dictionary.to_pylist()))


@lru_cache(maxsize=2)
def city_facts(name: str, dictionary_key: str, variables: tuple[Variable, ...]) -> CityFacts:
    """A snapshot by file name, kept in memory by this process (`dictionary_key` tells dictionaries apart)."""
    return read_population(snapshot_path(name), {variable.name: variable for variable in variables})


def _shown(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


@lru_cache(maxsize=2)
def _households(name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Person ids in order and each one's household in a city snapshot."""
    table = pq.read_table(snapshot_path(name), columns=["person_id", "household_id"])
    persons, households = table["person_id"].to_numpy(), table["household_id"].to_numpy()
    order = np.argsort(persons)
    return persons[order], households[order]


def household_around(snapshot: Snapshot, person_id: int) -> HouseholdInput:
    """The facts of the household that the person belonged to when the snapshot was taken, without names."""
    if snapshot.inline is not None:
        stored = next(h for h in snapshot.inline.values() if person_id in h["person_ids"])
        return HouseholdInput(tuple(stored["persons"]), stored["household"], tuple(stored["person_ids"]))
    persons, households = _households(snapshot.path)
    household_id = int(households[np.searchsorted(persons, person_id)])
    rows = pq.read_table(snapshot_path(snapshot.path), filters=[("household_id", "=", household_id)]).to_pylist()
    keys = ("person_id", "household_id", "area_path")
    facts = tuple({k: _shown(v) for k, v in row.items() if v is not None and "." not in k and k not in keys} for row in rows)
    shared = {
        k.removeprefix(HOUSEHOLD_PREFIX): _shown(v)
        for k, v in rows[0].items()
        if v is not None and k.startswith(HOUSEHOLD_PREFIX)
    }
    return HouseholdInput(facts, shared, tuple(row["person_id"] for row in rows))
