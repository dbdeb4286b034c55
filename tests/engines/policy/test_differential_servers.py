"""PostgreSQL and Spark against the bitset evaluator; the golden pack through all five back ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest
from django.db import connection
from pyspark.sql import SparkSession

from benchmarks.golden_pack import golden_rulebook
from benchmarks.people import load_people, people_folder
from songhe.engines.policy.bitset import evaluate
from songhe.engines.policy.population import Population
from tests.engines.policy.answers import differences, of_closure, of_duckdb, of_outcome, of_postgres, of_spark
from tests.engines.policy.differential_cases import RulebookMaker, random_population, seeded


@pytest.fixture
def postgres(db: None) -> psycopg.Connection[tuple[object, ...]]:
    connection.ensure_connection()
    raw = connection.connection
    assert isinstance(raw, psycopg.Connection)
    return raw


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    """One small session for the module."""
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "768m",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.log.level": "ERROR",
        "spark.sql.codegen.wholeStage": "false",  # compiling the statements would take longer than running them on few people
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    builder = SparkSession.builder.master("local[2]").appName("songhe-tests")
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def test_postgres_agrees_on_random_rulebooks(postgres: psycopg.Connection[tuple[object, ...]]) -> None:
    for seed in range(500, 530):
        random = seeded(seed)
        rulebook = RulebookMaker(random).make(random.randint(1, 9))
        population = random_population(seed, 40, missing=random.choice([0.0, 0.1, 0.4]))
        bitset = of_outcome(evaluate(rulebook, population, threads=1))
        parts = 3 if seed % 4 == 0 else 150
        assert differences(rulebook, bitset, of_postgres(postgres, rulebook, population, most_benefits=parts)) == [], seed


def test_spark_agrees_on_random_rulebooks(spark: SparkSession) -> None:
    for seed in range(600, 606):
        random = seeded(seed)
        rulebook = RulebookMaker(random).make(random.randint(2, 6))
        population = random_population(seed, 40, missing=random.choice([0.0, 0.1, 0.4]))
        bitset = of_outcome(evaluate(rulebook, population, threads=1))
        parts = 2 if seed == 600 else 150
        assert differences(rulebook, bitset, of_spark(spark, rulebook, population, most_benefits=parts)) == [], seed


def few_people(folder: Path, *, missing: bool) -> Population:
    """The golden pack's people, few of them, so that every row-wise back end stays quick."""
    return load_people(people_folder(folder, 3_000), missing=missing)


@pytest.mark.parametrize("missing", [False, True])
def test_the_golden_pack_through_all_back_ends(
    tmp_path: Path, postgres: psycopg.Connection[tuple[object, ...]], spark: SparkSession, missing: bool
) -> None:
    rulebook = golden_rulebook()
    population = few_people(tmp_path, missing=missing)
    bitset = of_outcome(evaluate(rulebook, population))
    assert len(rulebook.benefits) >= 22
    assert int(np.count_nonzero(bitset.status == 1)) > 500
    assert differences(rulebook, bitset, of_closure(rulebook, population)) == []
    assert differences(rulebook, bitset, of_duckdb(rulebook, population)) == []
    assert differences(rulebook, bitset, of_postgres(postgres, rulebook, population)) == []
    assert differences(rulebook, bitset, of_spark(spark, rulebook, population)) == []
