"""Finds the pairs that a model's blocks put together and weighs them, in DuckDB, in memory only."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from songhe.engines.matching.model import Agreement, Comparison, Level, Model

MOST_PAIRS_OF_A_KEY = 100_000  # a telephone that stands for "none" would otherwise pair everybody with everybody
MEMORY = "1GB"


def connect(threads: int) -> duckdb.DuckDBPyConnection:
    """A database in memory that can neither read nor write a file nor reach the network."""
    con = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": "",
            "memory_limit": MEMORY,
            "threads": str(threads),
            "python_enable_replacements": "false",
        },
    )
    con.execute("SET enable_external_access = false")
    con.execute("SET enable_progress_bar = false")
    return con


def count_shares(con: duckdb.DuckDBPyConnection, model: Model, people: int, *, told: Mapping[str, str]) -> None:
    """`known` gets the model's share columns: of so many people, how large a part bears the value; null for values that no row has.

    `told` names for some shares a column that already holds the number of bearers; where that is null, those in `known` are counted.
    """
    columns, joins = [], []
    for share, column in model.shares.items():
        number = f"coalesce(k.{told[share]}, c_{share}.n)" if share in told else f"c_{share}.n"
        columns.append(f"{number} / {float(people)!r} AS {share}")
        joins.append(f"""
            LEFT JOIN (SELECT {column}, count(*) AS n FROM known SEMI JOIN row USING ({column}) GROUP BY ALL) c_{share}
            ON c_{share}.{column} = k.{column}""")  # noqa: S608
    if columns:
        con.execute(f"CREATE OR REPLACE TEMP TABLE known AS SELECT k.*, {', '.join(columns)} FROM known k {' '.join(joins)}")  # noqa: S608


def find_pairs(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Table `pair` (row_id, known_id) holds every pair of `row` and `known` that is equal in a block, each once.

    A key that would make more than MOST_PAIRS_OF_A_KEY pairs tells nobody from anybody and makes none.
    """
    parts = []
    for block in model.blocks:
        asked, there = block.replace("{t}", "r"), block.replace("{t}", "k")
        parts.append(f"""
            SELECT unnest(row_ids) AS row_id, known_id FROM (
                WITH a AS (SELECT {asked} AS key, list(r.id) AS row_ids FROM row r GROUP BY ALL HAVING key IS NOT NULL),
                b AS (SELECT key, list(id) AS known_ids FROM (SELECT {there} AS key, k.id FROM known k) SEMI JOIN a USING (key) GROUP BY ALL)
                SELECT row_ids, unnest(known_ids) AS known_id FROM a JOIN b USING (key)
                WHERE len(row_ids) * len(known_ids) <= {MOST_PAIRS_OF_A_KEY})""")  # noqa: S608
    con.execute(f"CREATE OR REPLACE TEMP TABLE pair AS {' UNION '.join(parts)}")


def weigh_pairs(con: duckdb.DuckDBPyConnection, model: Model, people: int) -> None:
    """Table `weighed` holds of every pair the level (number), the weight of each field, and their sum `weight` with the prior."""
    levels = ", ".join(f"{_level_of(comparison)} AS l_{comparison.field}" for comparison in model.comparisons)
    weights = ", ".join(f"{_weight_of(comparison, model)} AS w_{comparison.field}" for comparison in model.comparisons)
    total = " + ".join(f"w_{comparison.field}" for comparison in model.comparisons)
    shares = sorted({level.frequency for c in model.comparisons for level in c.levels if level.frequency})
    kept = "".join([f", b.{share}" for share in shares] + [f", a.{column}" for column in model.carried])
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE weighed AS
        SELECT *, {total} + {model.prior_weight(people)!r} AS weight FROM (
            SELECT *, {weights} FROM (
                SELECT p.row_id, p.known_id{kept}, {levels}
                FROM pair p JOIN row a ON a.id = p.row_id JOIN known b ON b.id = p.known_id))""")  # noqa: S608


def likely_pairs(con: duckdb.DuckDBPyConnection, model: Model, *, review_at: float, link_at: float) -> pa.Table:
    """row_id, known_id, probability, evidence of the pairs with p ≥ review_at, by row, the likeliest first. p = 2^w / (1 + 2^w).

    One row is one human being: p shared out among all who could be meant must reach `link_at` too, else p claims at most the ceiling.
    """
    statement = f"""
        WITH odds AS (SELECT *, pow(2, least(weight, 500)) AS odds FROM weighed),
        judged AS (
            SELECT *, odds / (1 + odds) AS p, odds / (1 + sum(odds) OVER (PARTITION BY row_id)) >= {link_at!r} AND {model.guard} AS sure FROM odds)
        SELECT row_id, known_id, CASE WHEN sure THEN p ELSE least(p, {model.ceiling!r}) END AS probability, {evidence_sql(model)} AS evidence
        FROM judged WHERE p >= {review_at!r} ORDER BY row_id, probability DESC, weight DESC, known_id"""  # noqa: S608
    return con.sql(statement).to_arrow_table()


def evidence_sql(model: Model) -> str:
    """An expression over `weighed`: {"name": {"agreement": "exact", "weight": 9.81}, ...} as JSON text."""
    parts = []
    for comparison in model.comparisons:
        words = " ".join(f"WHEN {i} THEN '{level.agreement}'" for i, level in enumerate(comparison.levels))
        word = f"CASE l_{comparison.field} {words} ELSE '{Agreement.MISSING}' END"
        number = f"round(w_{comparison.field}, 2)::VARCHAR"
        parts.append(f"""'"{comparison.field}": {{"agreement": "' || {word} || '", "weight": ' || {number} || '}}'""")
    return "'{' || " + " || ', ' || ".join(parts) + " || '}'"


def _level_of(comparison: Comparison) -> str:
    """-1 where the field says nothing, else the number of the first level that holds."""
    cases = [f"WHEN {comparison.missing} THEN -1"]
    cases += [f"WHEN {level.when} THEN {i}" for i, level in enumerate(comparison.levels) if level.when != "ELSE"]
    return f"CASE {' '.join(cases)} ELSE {len(comparison.levels) - 1} END"


def _weight_of(comparison: Comparison, model: Model) -> str:
    cases = [f"WHEN {i} THEN {_weight(comparison, level, model)}" for i, level in enumerate(comparison.levels)]
    return f"CASE l_{comparison.field} {' '.join(cases)} ELSE 0.0 END"


def _weight(comparison: Comparison, level: Level, model: Model) -> str:
    worth = model.worth[comparison.field, level.name]
    if level.frequency:
        return f"log2({worth.m!r} / greatest({level.frequency}, {model.least_share!r}))"
    return f"{worth.weight!r}::DOUBLE"
