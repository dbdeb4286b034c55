"""Records as the linkage engine takes them: identifiers and addresses opened in memory only, for those who are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from songhe.contexts.people.words import seal_context
from songhe.contexts.places import queries as places
from songhe.engines.matching import Gazetteer, Place, normalise_address, usable_digits
from songhe.foundation.encryption import open_sealed


@dataclass(frozen=True, slots=True)
class Side:
    """One record as it is read; `key` binds its address, `owner` its number."""

    id: int
    name: str
    born: Any
    sex: str
    phone: str | None
    address: bytes | None
    key: str
    household_no: str | None
    area_path: str | None
    owner: str
    number: bytes | None
    valid: bool
    first: Any  # of a row: pinyin; of a person: how many bear the name
    second: Any  # of a row: the index of its telephone; of a person: how many bear a name that sounds so


def digits_of(side: Side) -> str | None:
    """What can be trusted of the number, opened in memory."""
    return usable_digits(open_sealed(side.number, context=seal_context("id_number", side.owner))) if side.number else None


def columns_of(sides: Sequence[Side], digits: Mapping[int, str], names: Gazetteer) -> dict[str, pa.Array]:
    """The sides by column; `digits` are of the numbers that could be read."""
    addresses = [
        normalise_address(open_sealed(s.address, context=seal_context("address", s.key)), names) if s.address else None
        for s in sides
    ]
    return {
        "id": pa.array([s.id for s in sides], pa.int64()), "name": pa.array([s.name for s in sides], pa.string()),
        "id_digits": pa.array([digits.get(s.id) for s in sides], pa.string()), "birth_date": pa.array([s.born for s in sides], pa.date32()),
        "sex": pa.array([s.sex or None for s in sides], pa.string()), "phone": pa.array([s.phone for s in sides], pa.string()),
        "address": pa.array(addresses, pa.string()), "area_code": pa.array([_code(s.area_path) for s in sides], pa.string()),
        "household_no": pa.array([s.household_no for s in sides], pa.string()), "id_valid": pa.array([s.valid for s in sides], pa.bool_()),
    }  # fmt: skip


def people_table(known: Sequence[Side], names: Gazetteer) -> pa.Table:
    """Known people with how many of the city bear their names."""
    read = {k.id: digits for k in known if (digits := digits_of(k)) is not None}
    borne = {
        column: pa.array(counts, pa.int64())
        for column, counts in (("namesakes", [k.first for k in known]), ("soundalikes", [k.second for k in known]))
    }
    return pa.table({**columns_of(known, read, names), **borne})


def city_gazetteer() -> Gazetteer:
    """The city's places, to read addresses by."""
    return Gazetteer(Place(area.code, area.name, area.path, area.aliases) for area in places.area_tree())


def _code(path: str | None) -> str | None:
    """The last code of a path of areas."""
    return path.rstrip("/").rpartition("/")[2] if path else None
