"""The facts of the whole city at one moment, as one hashed Parquet file that is kept.

PostgreSQL streams the rows in household order (one consistent statement), DuckDB turns the JSON facts into typed columns
and writes them. Columns: person_id, household_id, area_path, then every person variable of the dictionary by name and every
household variable as ``household.<name>``; dates as date32, money as int64 fen, codes as text. Absent means unknown.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
from django.conf import settings
from django.db import connection

from songhe.contexts.entitlements.models import Snapshot
from songhe.contexts.entitlements.words import CITY
from songhe.contexts.people import facts
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type
from songhe.foundation import clock

SQL_TYPES: Mapping[Type, str] = {
    Type.BOOL: "BOOLEAN",
    Type.INT: "INTEGER",
    Type.MONEY: "BIGINT",
    Type.DATE: "DATE",
    Type.CODE: "VARCHAR",
}
ROW_GROUP = 61_440


def snapshot_folder() -> Path:
    """Where city snapshots are kept, readable by this account only."""
    folder = Path(settings.VAR) / "snapshots"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _export(target: Path) -> None:
    """One line a person in household order; the separators are control characters that JSON text cannot contain."""
    with connection.cursor() as cursor, target.open("wb") as out:
        statement = f"COPY ({facts.CITY_SQL}) TO STDOUT (FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01')"
        with cursor.copy(statement) as copy:
            for chunk in copy:
                out.write(chunk)


def _columns(variables: Mapping[str, Variable], entity: str, source: str, prefix: str) -> list[str]:
    return [f'{source}.{name} AS "{prefix}{name}"' for name, v in sorted(variables.items()) if v.entity == entity]


def _structure(variables: Mapping[str, Variable], entity: str) -> str:
    fields = ",".join(f'"{name}":"{SQL_TYPES[v.type]}"' for name, v in sorted(variables.items()) if v.entity == entity)
    return f"'{{{fields}}}'"


def _write_parquet(lines: Path, target: Path, variables: Mapping[str, Variable]) -> tuple[int, int]:
    """Persons and households written. Names in the statement come from the checked data dictionary only."""
    shown = [
        "person_id",
        "household_id",
        "area_path",
        *_columns(variables, "person", "f", ""),
        *_columns(variables, "household", "h", "household."),
    ]
    statement = f"""
        COPY (SELECT {", ".join(shown)} FROM (
            SELECT person_id, household_id, area_path,
                   json_transform(facts, {_structure(variables, "person")}) AS f, json_transform(household_facts, {_structure(variables, "household")}) AS h
            FROM read_csv('{lines}', auto_detect = false, header = false, delim = E'\\x02', quote = E'\\x01', escape = E'\\x01', max_line_size = 1000000,
                 columns = {{'person_id': 'BIGINT', 'household_id': 'BIGINT', 'area_path': 'VARCHAR', 'facts': 'JSON', 'household_facts': 'JSON'}})))
        TO '{target}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"""  # noqa: S608
    with duckdb.connect(
        ":memory:", config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    ) as con:
        con.execute("SET preserve_insertion_order = true")
        con.execute(statement).fetchall()
        row = con.execute("SELECT count(*), count(DISTINCT household_id) FROM read_parquet(?)", [str(target)]).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def take_snapshot(variables: Mapping[str, Variable]) -> Snapshot:
    """The city's facts as they are now are on disk under their hash, and a row names them. The caller holds the transaction."""
    folder = snapshot_folder()
    taken_at = clock.now()
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        lines, target = Path(scratch) / "facts.csv", Path(scratch) / "facts.parquet"
        _export(lines)
        persons, households = _write_parquet(lines, target, variables)
        sha256 = file_sha256(target)
        os.chmod(target, 0o600)
        os.replace(target, folder / f"{sha256}.parquet")
    return Snapshot.objects.create(
        kind=CITY, taken_at=taken_at, sha256=sha256, path=f"{sha256}.parquet", persons=persons, households=households
    )
