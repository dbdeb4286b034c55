"""The answer of any back end as plain arrays, and a comparison that names the first cells that differ."""

# ruff: noqa: S608 - the names of columns are our own

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from songhe.engines.policy.closure import compile_household
from songhe.engines.policy.encoding import decode
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.population import ColumnData, Outcome, Population
from songhe.engines.policy.rulebook import Rulebook, Status
from songhe.engines.policy.sql import statements


@dataclass(frozen=True, slots=True)
class Answers:
    """Shapes as in `Outcome`."""

    applies: NDArray[np.bool_]
    status: NDArray[np.uint8]
    amount: NDArray[np.int64]
    true: NDArray[np.uint8]
    unknown: NDArray[np.uint8]


def of_outcome(outcome: Outcome) -> Answers:
    return Answers(outcome.applies, outcome.status, outcome.amount, outcome.true, outcome.unknown)


def differences(rulebook: Rulebook, left: Answers, right: Answers) -> list[str]:
    """Every array that differs, with its first cells; empty when all cells are equal."""
    found = []
    for name in ("applies", "status", "amount", "true", "unknown"):
        mine, theirs = getattr(left, name), getattr(right, name)
        if mine.shape != theirs.shape:
            found.append(f"{name}: shapes {mine.shape} and {theirs.shape}")
        elif not np.array_equal(mine, theirs):
            cells = np.argwhere(mine != theirs)
            some = [f"{tuple(int(i) for i in cell)}: {mine[tuple(cell)]} and {theirs[tuple(cell)]}" for cell in cells[:5]]
            found.append(f"{name}: {len(cells)} cells, " + "; ".join(some))
    return found


def tables(population: Population) -> tuple[pa.Table, pa.Table]:
    """The input tables of the SQL back end: person, household."""

    def arrow(column: ColumnData) -> pa.Array:
        return pa.array(column.values, mask=None if column.known is None else ~column.known)

    persons = {"person_id": pa.array(population.person_id), "household_id": pa.array(population.household_of())}
    persons |= {name: arrow(column) for name, column in population.persons.items()}
    households = {"household_id": pa.array(np.arange(len(population.starts), dtype=np.int64))}
    households |= {name: arrow(column) for name, column in population.households.items()}
    return pa.table(persons), pa.table(households)


def result_columns(rulebook: Rulebook) -> list[str]:
    states = [f"{kind}_{benefit.index}" for benefit in rulebook.benefits for kind in ("s", "a")]
    return ["person_id", *states, *(f"c_{bit}" for bit in range(rulebook.condition_count))]


def of_rows(rulebook: Rulebook, population: Population, rows: Sequence[Sequence[object]]) -> Answers:
    """Rows of `songhe_result` in the order of `result_columns`; who has no row is not spoken of."""
    made, benefits = _nothing(rulebook, population.size), len(rulebook.benefits)
    place = {int(person): row for row, person in enumerate(population.person_id)}
    for cells in rows:
        row = place[int(str(cells[0]))]
        assert not made.applies[row], "a person stands twice in the result"
        made.applies[row] = True
        for k in range(benefits):
            made.status[row, k] = Status(int(str(cells[1 + 2 * k])))
            made.amount[row, k] = int(str(cells[2 + 2 * k]))
        for bit, value in enumerate(cells[1 + 2 * benefits :]):
            if value is None:
                made.unknown[row, bit // 8] |= 1 << bit % 8
            elif value:
                made.true[row, bit // 8] |= 1 << bit % 8
    return made


def of_closure(rulebook: Rulebook, population: Population) -> Answers:
    """Every household through the closure, one by one."""
    decide = compile_household(rulebook)
    made = _nothing(rulebook, population.size)
    width = made.true.shape[1]
    ends = [*population.starts[1:], population.size]
    for number, (first, last) in enumerate(zip(population.starts, ends, strict=True)):
        members = range(int(first), int(last))
        household = HouseholdInput(
            persons=tuple(_facts(rulebook, population.persons, row) for row in members),
            household=_facts(rulebook, population.households, number),
            person_ids=tuple(int(population.person_id[row]) for row in members),
        )
        for row, decision in zip(members, decide(household), strict=True):
            made.applies[row] = decision.applies
            made.status[row] = decision.statuses
            made.amount[row] = decision.amounts
            made.true[row] = np.frombuffer(decision.true.to_bytes(width, "little"), np.uint8)
            made.unknown[row] = np.frombuffer(decision.unknown.to_bytes(width, "little"), np.uint8)
    return made


def _facts(rulebook: Rulebook, columns: Mapping[str, ColumnData], row: int) -> dict[str, object]:
    facts = {}
    for name, column in columns.items():
        if column.known is None or column.known[row]:
            facts[name] = decode(rulebook.variables[name], column.values[row].item())
    return facts


def _nothing(rulebook: Rulebook, size: int) -> Answers:
    benefits, width = len(rulebook.benefits), (rulebook.condition_count + 7) // 8
    return Answers(
        np.zeros(size, np.bool_),
        np.zeros((size, benefits), np.uint8),
        np.zeros((size, benefits), np.int64),
        np.zeros((size, width), np.uint8),
        np.zeros((size, width), np.uint8),
    )


def of_duckdb(rulebook: Rulebook, population: Population, *, most_benefits: int = 150) -> Answers:
    """Through DuckDB in this process, without access to files or network."""
    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        persons, households = tables(population)
        connection.register("arrow_person", persons)
        connection.register("arrow_household", households)
        connection.execute("CREATE TABLE person AS FROM arrow_person").fetchall()
        connection.execute("CREATE TABLE household AS FROM arrow_household").fetchall()
        connection.execute("SET lock_configuration = true").fetchall()
        for statement in statements(rulebook, "duckdb", most_benefits=most_benefits):
            connection.execute(statement).fetchall()
        rows = connection.execute(f"SELECT {', '.join(result_columns(rulebook))} FROM songhe_result").fetchall()
    return of_rows(rulebook, population, rows)


def of_postgres(
    connection: psycopg.Connection[tuple[object, ...]], rulebook: Rulebook, population: Population, *, most_benefits: int = 150
) -> Answers:
    """Through PostgreSQL, in the transaction that is open; the tables are gone afterwards."""
    words = {pa.bool_(): "boolean", pa.int64(): "bigint", pa.int32(): "integer", pa.int8(): "smallint"}
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA rules; SET LOCAL search_path TO rules")
        for name, table in zip(("person", "household"), tables(population), strict=True):
            columns = ", ".join(f'"{field.name}" {words[field.type]}' for field in table.schema)
            cursor.execute(f"CREATE TABLE {name} ({columns})")
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                    copy.write_row(row)
        for statement in statements(rulebook, "postgres", most_benefits=most_benefits):
            cursor.execute(statement)
        rows = cursor.execute(f"SELECT {', '.join(result_columns(rulebook))} FROM songhe_result").fetchall()
    return of_rows(rulebook, population, rows)


def of_spark(spark: SparkSession, rulebook: Rulebook, population: Population, *, most_benefits: int = 150) -> Answers:
    """Through Spark SQL over temporary views."""
    for name, table in zip(("person", "household"), tables(population), strict=True):
        spark.createDataFrame(table).createOrReplaceTempView(name)
    for statement in statements(rulebook, "spark", most_benefits=most_benefits):
        spark.sql(statement)
    rows = spark.sql(f"SELECT {', '.join(result_columns(rulebook))} FROM songhe_result").collect()
    return of_rows(rulebook, population, [tuple(row) for row in rows])
