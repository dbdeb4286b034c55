"""The bitset evaluator: chunks, threads, reuse in a session, partial runs, and the answer's packed form."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from songhe.engines.policy.bitset import CitySession, evaluate, evaluate_households
from songhe.engines.policy.bitset.chunk import Chunk, pack
from songhe.engines.policy.bitset.deciding import decide
from songhe.engines.policy.bitset.kernels import any_in_household, count_members, household_of, rows_of, spread, sum_members
from songhe.engines.policy.bitset.plan import Steps, plan
from songhe.engines.policy.bitset.session import chunk_bounds
from songhe.engines.policy.bitset.stages import contested
from songhe.engines.policy.population import ColumnData, Outcome, Population, unpack
from songhe.engines.policy.rulebook import Rulebook, Status
from songhe.engines.policy.tree import Column, Compare, Comparison, Const, Type
from tests.engines.policy.answers import differences, of_outcome
from tests.engines.policy.differential_cases import RulebookMaker, random_population, seeded


def rulebook_of(seed: int, benefits: int = 8) -> Rulebook:
    return RulebookMaker(seeded(seed)).make(benefits)


def in_chunks(rulebook: Rulebook, population: Population, rows: int) -> Outcome:
    """The outcome over chunks of about `rows` people."""
    steps = Steps()
    prepared = plan(rulebook, steps)
    parts = []
    for first, last in chunk_bounds(population, rows):
        few, _ = population.take_households(np.arange(first, last, dtype=np.int64))
        part = evaluate(rulebook, few, threads=1).parts[0]
        parts.append(replace(part, start=int(population.starts[first])))
    return Outcome(tuple(parts), prepared.benefit_count, len(prepared.conditions))


@pytest.mark.parametrize("seed", range(12))
def test_chunks_of_any_size_give_the_same_answer(seed: int) -> None:
    rulebook = rulebook_of(seed)
    population = random_population(seed, 300, missing=0.2)
    whole = of_outcome(evaluate(rulebook, population, threads=1))
    for rows in (1, 63, 64, 200):
        assert differences(rulebook, whole, of_outcome(in_chunks(rulebook, population, rows))) == []


def test_bounds_never_cut_a_household_and_cover_everyone() -> None:
    population = random_population(3, 500, missing=0.0)
    for rows in (1, 7, 64, 10_000):
        bounds = chunk_bounds(population, rows)
        assert bounds[0][0] == 0
        assert bounds[-1][1] == len(population.starts)
        assert all(first[1] == second[0] for first, second in pairwise(bounds))


def test_nobody_has_an_empty_outcome() -> None:
    rulebook = rulebook_of(1)
    outcome = evaluate(rulebook, random_population(1, 0, missing=0.0))
    assert outcome.status.shape == (0, 8)
    assert outcome.applies.shape == (0,)
    assert outcome.totals().tolist() == [0] * 8


def test_a_session_answers_every_rulebook_as_a_fresh_run_does() -> None:
    population = random_population(11, 200, missing=0.2)
    session = CitySession(population)
    for seed in (4, 5, 4, 6, 5):
        rulebook = rulebook_of(seed)
        assert differences(rulebook, of_outcome(session.evaluate(rulebook)), of_outcome(evaluate(rulebook, population))) == []


def test_a_session_computes_only_what_changed() -> None:
    rulebook = rulebook_of(7)
    session = CitySession(random_population(2, 100, missing=0.1), threads=1)
    first = session.evaluate(rulebook)
    again = session.evaluate(replace(rulebook, version="2"))
    for mine, theirs in zip(first.parts[0].planes, again.parts[0].planes, strict=True):
        assert all(left is right for left, right in zip(mine, theirs, strict=True))


def test_a_definition_of_another_meaning_is_not_taken_from_the_memo() -> None:
    rulebook = next(r for r in map(rulebook_of, range(100)) if any(d.node.type is Type.BOOL for d in r.definitions))
    population = random_population(5, 100, missing=0.1)
    session = CitySession(population)
    session.evaluate(rulebook)
    grade = Compare(Comparison.GE, Column("grade", Type.INT), Const(3, Type.INT))
    definitions = tuple(replace(d, node=grade) if d.node.type is Type.BOOL else d for d in rulebook.definitions)
    changed = replace(rulebook, definitions=definitions)
    assert differences(changed, of_outcome(session.evaluate(changed)), of_outcome(evaluate(changed, population))) == []


@pytest.mark.parametrize("seed", range(6))
def test_some_households_alone_are_decided_as_in_the_whole(seed: int) -> None:
    rulebook = rulebook_of(seed + 20)
    population = random_population(seed, 150, missing=0.2)
    households = np.array([0, 3, 4, 77, 149])
    rows, few = evaluate_households(rulebook, population, households)
    whole = evaluate(rulebook, population)
    assert np.array_equal(
        population.household_of()[rows], np.repeat(households, np.diff(np.append(population.starts, population.size))[households])
    )
    assert np.array_equal(few.status, whole.status[rows])
    assert np.array_equal(few.amount, whole.amount[rows])
    assert np.array_equal(few.true, whole.true[rows])
    assert np.array_equal(few.unknown, whole.unknown[rows])


def test_counts_and_totals_are_those_of_the_arrays() -> None:
    rulebook = rulebook_of(31)
    population = random_population(31, 300, missing=0.2)
    outcome = evaluate(rulebook, population)
    status, applies = outcome.status, outcome.applies
    assert outcome.totals().tolist() == outcome.amount.sum(axis=0).tolist()
    for benefit in range(8):
        expected = [int(((status[:, benefit] == number) & applies).sum()) for number in range(7)]
        assert outcome.counts()[benefit].tolist() == expected
    halves = np.concatenate([piece.status for piece in outcome])
    assert np.array_equal(halves, status)


def test_a_column_that_is_not_there_is_unknown() -> None:
    rulebook = rulebook_of(40)
    population = random_population(40, 100, missing=0.3)
    nobody = ColumnData(population.persons["grade"].values, np.zeros(population.size, np.bool_))
    without = replace(population, persons={k: v for k, v in population.persons.items() if k != "grade"})
    unknown = replace(population, persons=dict(population.persons) | {"grade": nobody})
    assert differences(rulebook, of_outcome(evaluate(rulebook, without)), of_outcome(evaluate(rulebook, unknown))) == []


def test_a_condition_bit_without_a_condition_is_refused() -> None:
    rulebook = rulebook_of(41)
    with pytest.raises(ValueError, match="belongs to no condition"):
        evaluate(replace(rulebook, condition_count=rulebook.condition_count + 1), random_population(1, 5, missing=0.0))


def test_not_in_force_is_said_of_everyone_the_pack_speaks_of() -> None:
    rulebook = rulebook_of(42)
    off = replace(rulebook.benefits[0], in_force=False, conditions=(), amount=None, first_by=())
    kept = tuple(c for b in rulebook.benefits[1:] for c in b.conditions)
    bits = {c.bit: place for place, c in enumerate(kept)}
    others = tuple(replace(b, conditions=tuple(replace(c, bit=bits[c.bit]) for c in b.conditions)) for b in rulebook.benefits[1:])
    changed = replace(rulebook, benefits=(off, *others), condition_count=len(kept))
    outcome = evaluate(changed, random_population(42, 80, missing=0.1))
    assert set(outcome.status[outcome.applies, 0].tolist()) == {Status.NOT_IN_FORCE}
    assert set(outcome.status[~outcome.applies, 0].tolist()) <= {0}


def test_decide_gives_an_answer_for_each_benefit_of_a_component() -> None:
    rulebook = rulebook_of(43)
    population = random_population(43, 60, missing=0.2)
    steps = Steps()
    prepared = plan(rulebook, steps)
    chunk = Chunk(population, 0, len(population.starts), steps)
    applies = chunk.truth(prepared.applies).possible
    assert sorted(s.index for c in prepared.components for s in c.benefits) == list(range(8))
    for component in prepared.components:
        assert len(decide(chunk, component, applies)) == len(component.benefits)


class TestPrimitives:
    """Each compiled loop against plain numpy, over sizes around the edges of words."""

    @pytest.mark.parametrize("households", [1, 2, 40, 41, 300])
    def test_against_numpy(self, households: int) -> None:
        rng = np.random.default_rng(households)
        sizes = rng.choice([1, 2, 3, 64, 65, 130] if households < 40 else [1, 2, 3, 9], households)
        size = int(sizes.sum())
        starts = np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.int32)
        marked = np.zeros((size + 63) // 64 * 64, np.bool_)
        marked[starts] = True
        if size % 64:
            marked[size] = True
        marks = pack(marked)
        chosen = rng.random(size) < 0.3
        bits = pack(chosen)
        home = np.repeat(np.arange(households), sizes)
        anyone = np.logical_or.reduceat(chosen, starts)
        assert np.array_equal(unpack(any_in_household(bits, marks), size), anyone[home])
        assert np.array_equal(unpack(spread(pack(anyone), starts, marks), size), anyone[home])
        assert np.array_equal(count_members(bits, starts, size), np.add.reduceat(chosen.astype(np.int64), starts))
        values = rng.integers(-1_000, 1_000, size).astype(np.int32)
        assert np.array_equal(sum_members(values, bits, marks, households), np.add.reduceat(values * chosen, starts))
        rows = rows_of(bits, int(chosen.sum()))
        assert np.array_equal(rows, np.flatnonzero(chosen))
        assert np.array_equal(household_of(rows, starts), home[rows])
        places, number = contested(rows, marks)
        mates = np.bincount(home[rows], minlength=households)[home[rows]]
        assert np.array_equal(places, np.flatnonzero(mates > 1))
        assert np.array_equal(np.diff(number) != 0, np.diff(home[rows][places]) != 0)
        assert not unpack(any_in_household(bits, marks), len(marks) * 64)[size:].any()  # the unused tail stays empty
