"""The elders of the newest snapshot by single age, sex and ability grade: where every projection begins."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import CitySnapshot
from songhe.contexts.planning.words import SCOPE_FACTS, Scope

FIRST_AGE, LAST_AGE = 60, 100  # the last is open
GRADES = 5
SEXES = ("male", "female")


@dataclass(frozen=True, slots=True)
class PeopleNow:
    """Living elders of some areas. `counted` [sex, age 60 … 100+]; `graded` [age, grade] of those with an assessed grade.

    Left out and told: whose birth date is unknown, whose sex is unknown, of whom it is unknown whether they are in scope.
    """

    as_of: dt.date
    taken_at: dt.datetime
    sha256: str
    scope: Scope
    counted: NDArray[np.int64]
    graded: NDArray[np.int64]
    unknown_birth: int
    unknown_sex: int
    unknown_scope: int

    @property
    def elders(self) -> int:
        """All who are counted."""
        return int(self.counted.sum())

    @property
    def assessed(self) -> int:
        """Those of them with a grade."""
        return int(self.graded.sum())


@dataclass(frozen=True, slots=True)
class _Columns:
    """The snapshot's columns that count here; -1 stands for unknown (age, sex, grade), scope is 0 no, 1 yes, -1 unknown."""

    area: NDArray[np.int32]
    areas: tuple[str, ...]
    age: NDArray[np.int32]
    sex: NDArray[np.int8]
    grade: NDArray[np.int8]
    living: NDArray[np.bool_]
    scope: dict[Scope, NDArray[np.int8]]


def people_now(snapshot: CitySnapshot, paths: tuple[str, ...], scope: Scope) -> PeopleNow:
    """The snapshot's elders within these area paths."""
    columns = _columns(snapshot.path, snapshot.as_of)
    inside = np.array([any(area.startswith(path) for path in paths) for area in columns.areas], dtype=bool)
    here = columns.living & (inside[columns.area] if len(columns.areas) else np.zeros(len(columns.area), bool))
    asked = columns.scope[scope]
    old = here & (columns.age >= FIRST_AGE)
    mine = old & (asked == 1)
    sexed = mine & (columns.sex >= 0)
    age = np.minimum(columns.age, LAST_AGE) - FIRST_AGE
    ages = LAST_AGE - FIRST_AGE + 1
    counted = np.bincount(columns.sex[sexed] * ages + age[sexed], minlength=2 * ages).reshape(2, ages)
    known = sexed & (columns.grade >= 0)
    graded = np.bincount(age[known] * GRADES + columns.grade[known], minlength=ages * GRADES).reshape(ages, GRADES)
    return PeopleNow(
        snapshot.as_of, snapshot.taken_at, snapshot.sha256, scope, counted.astype(np.int64), graded.astype(np.int64),
        int((here & (columns.age < 0)).sum()), int((mine & (columns.sex < 0)).sum()), int((old & (asked < 0)).sum()),
    )  # fmt: skip


@lru_cache(maxsize=2)
def _columns(name: str, as_of: dt.date) -> _Columns:
    path = entitlements.snapshot_path(name)
    wanted = ["area_path", "birth_date", "sex", "ability_grade", "alive", *SCOPE_FACTS.values()]
    present = set(pq.read_schema(path).names)
    table = pq.read_table(path, columns=[column for column in wanted if column in present])
    area = table["area_path"].combine_chunks().dictionary_encode()
    area = area.combine_chunks() if isinstance(area, pa.ChunkedArray) else area
    size = len(table)
    return _Columns(
        area.indices.to_numpy(zero_copy_only=False).astype(np.int32),
        tuple(area.dictionary.to_pylist()),
        _ages(table["birth_date"], as_of) if "birth_date" in present else np.full(size, -1, np.int32),
        _codes(table, "sex", size),
        _grades(table, size),
        _flag(table, "alive", size) != 0,
        {scope: _flag(table, fact, size) for scope, fact in SCOPE_FACTS.items()},
    )


def _ages(born: pa.ChunkedArray, as_of: dt.date) -> NDArray[np.int32]:
    """Full years on the day; -1 where the birth date is unknown."""
    year, month, day = (pc.fill_null(part(born), 0).to_numpy().astype(np.int64) for part in (pc.year, pc.month, pc.day))
    before = (month * 100 + day) > as_of.month * 100 + as_of.day
    return np.where(year == 0, -1, as_of.year - year - before).astype(np.int32)


def _codes(table: pa.Table, column: str, size: int) -> NDArray[np.int8]:
    if column not in table.column_names:
        return np.full(size, -1, np.int8)
    found = pc.index_in(table[column], value_set=pa.array(SEXES, pa.string()))
    return np.asarray(pc.fill_null(found, -1).to_numpy().astype(np.int8))


def _grades(table: pa.Table, size: int) -> NDArray[np.int8]:
    if "ability_grade" not in table.column_names:
        return np.full(size, -1, np.int8)
    found = pc.fill_null(table["ability_grade"], -1).to_numpy()
    return np.where((found >= 0) & (found < GRADES), found, -1).astype(np.int8)


def _flag(table: pa.Table, column: str, size: int) -> NDArray[np.int8]:
    if column not in table.column_names:
        return np.full(size, -1, np.int8)
    return np.asarray(pc.fill_null(table[column].cast(pa.int8()), -1).to_numpy())
