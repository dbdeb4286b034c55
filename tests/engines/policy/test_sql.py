"""What the SQL back end writes: one text for all dialects but four words, nothing outside the portable core, no free text."""

from __future__ import annotations

import re
from dataclasses import replace

import duckdb
import pytest

from songhe.engines.policy.rulebook import Rulebook
from songhe.engines.policy.sql import statements
from songhe.engines.policy.tree import Column, Type
from tests.engines.policy.answers import of_duckdb
from tests.engines.policy.differential_cases import RulebookMaker, random_population, seeded

PORTABLE = {
    "AND", "OR", "NOT", "CASE", "WHEN", "THEN", "ELSE", "END", "IS", "NULL", "IN", "TRUE", "FALSE", "CAST", "AS", "BIGINT", "SELECT",
    "FROM", "WHERE", "WITH", "JOIN", "LEFT", "ON", "GROUP", "BY", "ORDER", "OVER", "PARTITION", "MAX", "MIN", "SUM", "ROW_NUMBER",
    "CREATE", "TABLE", "DROP", "IF", "EXISTS",
}  # fmt: skip


def rulebook_of(seed: int, benefits: int = 8) -> Rulebook:
    return RulebookMaker(seeded(seed)).make(benefits)


def test_only_words_of_the_portable_core_are_written() -> None:
    words: set[str] = set()
    for seed in range(60):
        for statement in statements(rulebook_of(seed), "postgres", most_benefits=3 if seed % 2 else 150):
            words |= set(re.findall(r"\b[A-Z_]+\b", statement))
    assert words <= PORTABLE
    assert {"ROW_NUMBER", "SUM", "MAX", "MIN"} <= words


def test_dialects_differ_in_quotes_division_and_how_a_result_is_kept() -> None:
    for seed in range(20):
        rulebook = rulebook_of(seed)
        duck = statements(rulebook, "duckdb")
        assert [text.replace(" // ", " / ") for text in duck] == statements(rulebook, "postgres")
        spark = [text.replace(" DIV ", " / ").replace("`", '"') for text in statements(rulebook, "spark")]
        spark = [
            text.replace("CREATE OR REPLACE TEMPORARY VIEW", "CREATE TABLE").replace("DROP VIEW", "DROP TABLE") for text in spark
        ]
        assert spark == statements(rulebook, "postgres")


def test_many_benefits_run_in_parts_over_stored_conditions() -> None:
    rulebook = rulebook_of(9, benefits=12)
    assert len(statements(rulebook, "duckdb")) == 2
    parts = statements(rulebook, "duckdb", most_benefits=4)
    assert parts[1].startswith("CREATE TABLE songhe_conditions AS")
    assert sum(text.startswith("CREATE TABLE songhe_result_") for text in parts) >= 2
    tied = [set(group.among) for group in rulebook.groups] + [set(cap.among) for cap in rulebook.caps]
    made = [set(map(int, re.findall(r"AS a_(\d+)", text))) for text in parts if text.startswith("CREATE TABLE songhe_result_")]
    assert set().union(*made) == set(range(12))
    assert all(any(among <= part for part in made) for among in tied)


@pytest.mark.parametrize("name", ['x"; DROP TABLE person; --', "Grade", "grade name", "低保", "", "9lives"])
def test_a_name_that_is_not_a_plain_identifier_reaches_no_statement(name: str) -> None:
    rulebook = replace(rulebook_of(3), applies_to=Column(name, Type.BOOL))
    with pytest.raises(ValueError, match="not a plain identifier"):
        statements(rulebook, "duckdb")


def test_the_connection_reads_no_files() -> None:
    with duckdb.connect(config={"enable_external_access": "false"}) as connection, pytest.raises(duckdb.Error):
        connection.execute("SELECT * FROM read_text('/etc/hostname')").fetchall()


def test_who_is_not_spoken_of_has_no_row() -> None:
    rulebook = replace(rulebook_of(12), applies_to=Column("alive", Type.BOOL))
    population = random_population(12, 50, missing=0.0)
    assert of_duckdb(rulebook, population).applies.tolist() == population.persons["alive"].values.tolist()
