"""Rows of the roster in and out of PostgreSQL for a whole city: open entries as one array, new ones by binary COPY, changes by one statement a kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from songhe.contexts.entitlements.actions.write_decisions import SIGNATURE, TRAILER
from songhe.contexts.entitlements.models import RosterRule
from songhe.contexts.entitlements.queries.standing_rules import Exit, Listed

LOCK = 7_201_002  # the advisory lock of the roster, held until the end of the transaction
CHUNK = 65_536
_POSTGRES_EPOCH = dt.date(2000, 1, 1)
_COLUMNS = "person_id, rule_id, area_path, entered_on, entered_run_id, left_condition, left_because"
_OPEN_ROW = np.dtype([("id", ">i8"), ("person", ">i8"), ("rule", ">i2"), ("unsure", ">i2"), ("place", ">i8")])


@dataclass(frozen=True, slots=True)
class OpenEntries:
    """Open entries as columns of one length. `place` is a hash of the area path, the same as `place_hashes` gives."""

    id: NDArray[np.int64]
    person: NDArray[np.int64]
    rule: NDArray[np.int16]
    unsure: NDArray[np.bool_]
    place: NDArray[np.int64]


def lock_roster() -> None:
    """Nobody else changes the roster until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def known_rules(listed: Sequence[Listed]) -> list[int]:
    """The number of each rule; new ones are registered, a changed title is kept up to date."""
    for rule in listed:
        RosterRule.objects.update_or_create(kind=rule.kind, name=rule.name, defaults={"title": rule.title})
    numbers = {(row.kind, row.name): row.id for row in RosterRule.objects.all()}
    return [numbers[rule.kind, rule.name] for rule in listed]


def open_entries() -> OpenEntries:
    """All open entries of the city: PostgreSQL joins them to one run of bytes a rule, which is read as it comes."""
    query = """
        SELECT string_agg(int8send(id) || int8send(person_id) || int2send(rule_id) || int2send((unsure_since IS NOT NULL)::int::int2)
                          || int8send(hashtextextended(area_path, 0)), ''::bytea)
        FROM roster_entry WHERE left_on IS NULL GROUP BY rule_id"""
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = np.frombuffer(b"".join(row[0] for row in cursor.fetchall()), _OPEN_ROW)
    return OpenEntries(
        rows["id"].astype(np.int64), rows["person"].astype(np.int64), rows["rule"].astype(np.int16), rows["unsure"].astype(np.bool_),
        rows["place"].astype(np.int64),
    )  # fmt: skip


def place_hashes(areas: Sequence[str]) -> NDArray[np.int64]:
    """The hash of each area path."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hashtextextended(path, 0) FROM unnest(%s::text[]) WITH ORDINALITY AS t (path, n) ORDER BY n", [list(areas)]
        )
        return np.array([row[0] for row in cursor.fetchall()], np.int64)


def put_on(
    run_id: int, day: dt.date, persons: NDArray[np.int64], rules: NDArray[np.int16], area: NDArray[np.int32], areas: Sequence[str]
) -> None:
    """New open entries: one for each place of the three arrays."""
    with connection.cursor() as cursor, cursor.copy(f"COPY roster_entry ({_COLUMNS}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(SIGNATURE)
        for chunk in _chunks(run_id, day, persons, rules, area, areas):
            copy.write(chunk)
        copy.write(TRAILER)


def _chunks(
    run_id: int, day: dt.date, persons: NDArray[np.int64], rules: NDArray[np.int16], area: NDArray[np.int32], areas: Sequence[str]
) -> Iterator[bytes]:
    """Rows grouped by the length of their area path, so that each group has records of one size."""
    encoded = [path.encode() for path in areas]
    lengths = np.array([len(path) for path in encoded], np.int32)[area] if encoded else np.zeros(0, np.int32)
    for length in np.unique(lengths):
        table = np.array([path if len(path) == length else b"" for path in encoded], f"S{length}")
        chosen = np.flatnonzero(lengths == length)
        for start in range(0, len(chosen), CHUNK):
            rows = chosen[start : start + CHUNK]
            yield _records(run_id, day, persons[rows], rules[rows], table[area[rows]])


def _records(run_id: int, day: dt.date, persons: NDArray[np.int64], rules: NDArray[np.int16], paths: NDArray[np.bytes_]) -> bytes:
    length = paths.dtype.itemsize
    kind = np.dtype(
        [
            ("fields", ">i2"), ("l1", ">i4"), ("person", ">i8"), ("l2", ">i4"), ("rule", ">i2"), ("l3", ">i4"), ("path", f"S{length}"),
            ("l4", ">i4"), ("on", ">i4"), ("l5", ">i4"), ("run", ">i8"), ("l6", ">i4"), ("l7", ">i4"),
        ]
    )  # fmt: skip
    records = np.zeros(len(persons), kind)
    for name, value in (
        ("fields", 7), ("l1", 8), ("person", persons), ("l2", 2), ("rule", rules), ("l3", length), ("path", paths), ("l4", 4),
        ("on", (day - _POSTGRES_EPOCH).days), ("l5", 8), ("run", run_id),
    ):  # fmt: skip
        records[name] = value
    return records.tobytes()


def take_off(run_id: int, day: dt.date, ids: Sequence[int], exits: Sequence[Exit]) -> None:
    """These entries end on the day, each with its reason."""
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE roster_entry e SET left_on = greatest(%s, e.entered_on), left_run_id = %s, unsure_since = NULL, left_reason = t.reason,
                left_condition = t.condition, left_because = t.because
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS t (id, reason, condition, because) WHERE e.id = t.id
            """,
            [day, run_id, list(ids), [str(e.reason) for e in exits], [e.condition for e in exits], [e.because for e in exits]],
        )


def mark(ids: NDArray[np.int64], unsure_since: dt.date | None) -> None:
    """These entries cannot be told any more from the day on, or (None) are certain again."""
    if len(ids):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE roster_entry SET unsure_since = %s WHERE id = ANY(%s)", [unsure_since, ids.tolist()])


def move(ids: NDArray[np.int64], paths: Sequence[str]) -> None:
    """These entries follow their person to where they live now."""
    if len(ids):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE roster_entry e SET area_path = t.path FROM unnest(%s::bigint[], %s::text[]) AS t (id, path) WHERE e.id = t.id",
                [ids.tolist(), list(paths)],
            )


def check_references(run_id: int) -> None:
    """Every entry of the run is of a person who exists; one statement for all, instead of a lock on every person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM roster_entry e WHERE e.left_on IS NULL AND e.entered_run_id = %s"
            " AND NOT EXISTS (SELECT 1 FROM person p WHERE p.id = e.person_id)",
            [run_id],
        )
        if orphans := cursor.fetchone()[0]:
            raise RuntimeError(f"{orphans} roster entries of run {run_id} belong to nobody")


def count_whole_roster() -> None:
    """The counts are those of the open entries as they stand."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM roster_count")
        cursor.execute(
            """
            INSERT INTO roster_count (rule_id, area_path, sure, unsure)
            SELECT rule_id, area_path, count(*) FILTER (WHERE unsure_since IS NULL), count(*) FILTER (WHERE unsure_since IS NOT NULL)
            FROM roster_entry WHERE left_on IS NULL GROUP BY rule_id, area_path
            UNION ALL
            SELECT NULL, area_path, count(*) FILTER (WHERE sure), count(*) FILTER (WHERE NOT sure)
            FROM (SELECT person_id, min(area_path) AS area_path, bool_or(unsure_since IS NULL) AS sure
                  FROM roster_entry WHERE left_on IS NULL GROUP BY person_id) AS people
            GROUP BY area_path
            """
        )
