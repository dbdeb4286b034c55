"""A whole city decided: in chunks of households, over threads, with the work of earlier rulebooks reused."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from songhe.engines.policy.bitset.chunk import Chunk
from songhe.engines.policy.bitset.deciding import Answer, decide
from songhe.engines.policy.bitset.memory import reuse_freed_memory
from songhe.engines.policy.bitset.plan import Plan, Steps, plan
from songhe.engines.policy.population import Outcome, OutcomePart, Population
from songhe.engines.policy.rulebook import Rulebook

CHUNK_ROWS = 262_144
MANY_ROWS = 65_536

Work = TypeVar("Work")


def evaluate(rulebook: Rulebook, population: Population, *, threads: int | None = None) -> Outcome:
    """The outcome of a rulebook for everyone. Working memory is that of `threads` chunks; nothing is kept but the answer."""
    reuse_freed_memory()
    steps = Steps()
    prepared = plan(rulebook, steps)

    def run(bounds: tuple[int, int]) -> OutcomePart:
        chunk = Chunk(population, bounds[0], bounds[1], steps)
        answers: list[Answer | None] = [None] * prepared.benefit_count
        applies = chunk.truth(prepared.applies).possible
        for component in prepared.components:
            for standing, answer in zip(component.benefits, decide(chunk, component, applies), strict=True):
                answers[standing.index] = answer
        return _part(chunk, prepared, answers)

    return Outcome(tuple(_each(run, chunk_bounds(population), threads)), prepared.benefit_count, len(prepared.conditions))


class CitySession:
    """One population, many rulebooks: every expression, and every group of benefits, is computed once."""

    def __init__(self, population: Population, *, threads: int | None = None) -> None:
        reuse_freed_memory()
        self.population = population
        self.threads = threads
        self._steps = Steps()
        self._chunks = [Chunk(population, first, last, self._steps) for first, last in chunk_bounds(population)]
        self._answers: list[dict[tuple[object, ...], tuple[Answer, ...]]] = [{} for _ in self._chunks]

    def evaluate(self, rulebook: Rulebook) -> Outcome:
        """The outcome for everyone; only what differs from rulebooks seen before is computed."""
        prepared = plan(rulebook, self._steps)

        def run(place: int) -> OutcomePart:
            chunk, memo = self._chunks[place], self._answers[place]
            answers: list[Answer | None] = [None] * prepared.benefit_count
            applies = chunk.truth(prepared.applies).possible
            for component in prepared.components:
                key = (prepared.applies, component.key)
                found = memo.get(key)
                if found is None:
                    found = memo[key] = decide(chunk, component, applies)
                for standing, answer in zip(component.benefits, found, strict=True):
                    answers[standing.index] = answer
            return _part(chunk, prepared, answers)

        parts = _each(run, list(range(len(self._chunks))), self.threads)
        return Outcome(tuple(parts), prepared.benefit_count, len(prepared.conditions))


def evaluate_households(
    rulebook: Rulebook, population: Population, households: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Outcome]:
    """The rows of these households (indexes, ascending) and their outcome: what a change of a few people needs."""
    few, rows = population.take_households(households)
    return rows, evaluate(rulebook, few, threads=1)


def chunk_bounds(population: Population, rows: int = CHUNK_ROWS) -> list[tuple[int, int]]:
    """Ranges of households of about `rows` people; a household is never cut."""
    if population.size == 0:
        return []
    rows = min(rows, max(-(-population.size // 2), MANY_ROWS))  # two threads have a chunk each
    wanted = np.arange(rows, population.size, rows)
    cuts = np.searchsorted(population.starts, wanted, side="left")
    edges = np.unique(np.concatenate([[0], cuts, [len(population.starts)]]))
    return [(int(first), int(last)) for first, last in pairwise(edges)]


def _each(run: Callable[[Work], OutcomePart], work: Sequence[Work], threads: int | None) -> list[OutcomePart]:
    """`run` over all work, in order; by default on two threads, or on one where there is one core or one piece."""
    count = min(threads or 2, os.cpu_count() or 1, len(work))
    if count <= 1:
        return [run(piece) for piece in work]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, work))


def _part(chunk: Chunk, prepared: Plan, answers: list[Answer | None]) -> OutcomePart:
    whole = [answer for answer in answers if answer is not None]
    if len(whole) != len(answers):
        raise ValueError("a benefit belongs to no component")
    truths = [chunk.truth(number) for number in prepared.conditions]
    return OutcomePart(
        start=chunk.start,
        size=chunk.size,
        applies=chunk.truth(prepared.applies).possible,
        planes=tuple(planes for planes, _ in whole),
        payments=tuple(paid for _, paid in whole),
        true=tuple(truth.true for truth in truths),
        possible=tuple(truth.possible for truth in truths),
    )
