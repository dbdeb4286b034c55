"""Decisions of a whole city into PostgreSQL by binary COPY, assembled in numpy.

Rows are grouped by the length of their area path so that each group is one fixed-size record array; nothing is formatted row by row.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from songhe.contexts.entitlements.queries.snapshot import CityFacts, Decided

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + b"\x00" * 8
TRAILER = b"\xff\xff"
INT8_OID = 20
CHUNK = 65_536
COLUMNS = "run_id, person_id, area_path, statuses, amounts, true_mask, unknown_mask"


def _record_type(path_length: int, benefits: int, mask: int) -> np.dtype[np.void]:
    """One COPY tuple of seven fields, all big-endian, each preceded by its length."""
    return np.dtype(
        [
            ("fields", ">i2"), ("l1", ">i4"), ("run", ">i8"), ("l2", ">i4"), ("person", ">i8"), ("l3", ">i4"), ("path", f"S{path_length}"),
            ("l4", ">i4"), ("statuses", "u1", (benefits,)), ("l5", ">i4"), ("dimensions", ">i4"), ("nulls", ">i4"), ("oid", ">i4"),
            ("length", ">i4"), ("lower", ">i4"), ("items", [("size", ">i4"), ("value", ">i8")], (benefits,)),
            ("l6", ">i4"), ("true", "u1", (mask,)), ("l7", ">i4"), ("unknown", "u1", (mask,)),
        ]
    )  # fmt: skip


def _records(
    run_id: int, paths: NDArray[np.bytes_], persons: NDArray[np.int64], rows: NDArray[np.int64], outcome: Decided
) -> bytes:
    benefits, mask = outcome.status.shape[1], outcome.true.shape[1]
    length = paths.dtype.itemsize
    records = np.zeros(len(rows), _record_type(length, benefits, mask))
    for name, value in (
        ("fields", 7), ("l1", 8), ("run", run_id), ("l2", 8), ("person", persons), ("l3", length), ("path", paths), ("l4", benefits),
        ("statuses", outcome.status[rows]), ("l5", 20 + 12 * benefits), ("dimensions", 1), ("oid", INT8_OID), ("length", benefits),
        ("lower", 1), ("l6", mask), ("true", outcome.true[rows]), ("l7", mask), ("unknown", outcome.unknown[rows]),
    ):  # fmt: skip
        records[name] = value
    records["items"]["size"] = 8
    records["items"]["value"] = outcome.amount[rows]
    return records.tobytes()


def _chunks(run_id: int, facts: CityFacts, outcome: Decided) -> Iterator[bytes]:
    encoded = [path.encode() for path in facts.areas]
    lengths = np.array([len(path) for path in encoded], np.int32)[facts.area] if encoded else np.zeros(0, np.int32)
    for length in np.unique(lengths):
        table = np.array([path if len(path) == length else b"" for path in encoded], f"S{length}")
        chosen = np.flatnonzero((lengths == length) & outcome.applies)
        for start in range(0, len(chosen), CHUNK):
            rows = chosen[start : start + CHUNK]
            yield _records(run_id, table[facts.area[rows]], facts.population.person_id[rows], rows, outcome)


def write_decisions(run_id: int, facts: CityFacts, outcome: Decided) -> int:
    """One decision row for every person the pack speaks of; the number written. The caller holds the transaction."""
    with connection.cursor() as cursor, cursor.copy(f"COPY decision ({COLUMNS}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(SIGNATURE)
        for chunk in _chunks(run_id, facts, outcome):
            copy.write(chunk)
        copy.write(TRAILER)
    _check_references(run_id)
    return int(outcome.applies.sum())


def _check_references(run_id: int) -> None:
    """Every decision of the run is of a person who exists; one statement for all, instead of a lock on every person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM decision d WHERE d.run_id = %s AND NOT EXISTS (SELECT 1 FROM person p WHERE p.id = d.person_id)",
            [run_id],
        )
        if orphans := cursor.fetchone()[0]:
            raise RuntimeError(f"{orphans} decisions of run {run_id} belong to nobody")
