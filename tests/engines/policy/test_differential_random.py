"""Random rulebooks over random people: the closure, the bitset evaluator and DuckDB must agree on every cell."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songhe.engines.policy.bitset import evaluate
from songhe.engines.policy.rulebook import Status
from tests.engines.policy.answers import differences, of_closure, of_duckdb, of_outcome
from tests.engines.policy.differential_cases import RulebookMaker, random_population, seeded

HOUSEHOLDS = 40


@pytest.mark.parametrize("missing", [0.0, 0.1, 0.4])
def test_every_back_end_gives_the_same_cells(missing: float) -> None:
    seen = set()
    for seed in range(40):
        random = seeded(seed)
        rulebook = RulebookMaker(random).make(random.randint(1, 9))
        population = random_population(seed, HOUSEHOLDS, missing=missing)
        bitset = of_outcome(evaluate(rulebook, population, threads=1))
        parts = 3 if seed % 4 == 0 else 150
        assert differences(rulebook, bitset, of_duckdb(rulebook, population, most_benefits=parts)) == [], seed
        assert differences(rulebook, bitset, of_closure(rulebook, population)) == [], seed
        seen |= set(bitset.status.ravel().tolist())
    expected = set(Status) if missing else set(Status) - {Status.PROVISIONAL}
    assert expected <= seen  # every stage was reached, or this test would prove nothing


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    random=st.randoms(use_true_random=False),
    benefits=st.integers(1, 5),
    seed=st.integers(0, 10_000),
    missing=st.sampled_from([0, 0.3]),
)
def test_drawn_rulebooks_agree(random: Random, benefits: int, seed: int, missing: float) -> None:
    rulebook = RulebookMaker(random).make(benefits)
    population = random_population(seed, 12, missing=missing)
    bitset = of_outcome(evaluate(rulebook, population, threads=1))
    assert differences(rulebook, bitset, of_duckdb(rulebook, population)) == []
    assert differences(rulebook, bitset, of_closure(rulebook, population)) == []
