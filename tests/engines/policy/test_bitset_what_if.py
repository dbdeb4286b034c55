"""What-if: gains, losses and sums by group against two full answers compared cell by cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from songhe.engines.policy.bitset import CitySession, evaluate
from songhe.engines.policy.rulebook import Period, Rulebook
from songhe.engines.policy.tree import Const, Type
from songhe.engines.policy.what_if import people_by_period, sums_by_group, what_if
from tests.engines.policy.differential_cases import RulebookMaker, random_population, seeded

GIVEN = (1, 5)


def dearer(rulebook: Rulebook, index: int) -> Rulebook:
    """The same rules, but one benefit pays 3.33 to whom it pays anything."""
    benefits = list(rulebook.benefits)
    benefits[index] = replace(benefits[index], amount=Const(333, Type.MONEY))
    return replace(rulebook, benefits=tuple(benefits))


@pytest.mark.parametrize("seed", range(10))
def test_changes_are_exactly_the_cells_that_differ(seed: int) -> None:
    before = RulebookMaker(seeded(seed)).make(6)
    paying = [b.index for b in before.benefits if b.in_force and b.amount is not None]
    if not paying:
        before = replace(
            before, benefits=tuple(replace(b, amount=Const(1, Type.MONEY)) if b.in_force else b for b in before.benefits)
        )
        paying = [b.index for b in before.benefits if b.in_force]
    after = dearer(before, paying[0])
    population = random_population(seed, 200, missing=0.15)
    result = what_if(CitySession(population), before, after)
    old, new = evaluate(before, population), evaluate(after, population)
    changed = (old.status != new.status) | (old.amount != new.amount)
    named = {change.benefit: change for change in result.changes}
    for benefit in before.benefits:
        rows = np.flatnonzero(changed[:, benefit.index])
        assert (benefit.id in named) == (len(rows) > 0)
        if len(rows):
            change = named[benefit.id]
            assert change.rows.tolist() == rows.tolist()
            assert change.fen_after.tolist() == new.amount[rows, benefit.index].tolist()
            assert change.status_before.tolist() == old.status[rows, benefit.index].tolist()
            assert not (change.gains & change.loses).any()
    monthly = [b.index for b in before.benefits if b.period is Period.MONTH]
    delta = (new.amount - old.amount)[:, monthly].sum(axis=1)
    people, fen = people_by_period(result, Period.MONTH)
    assert people.tolist() == np.flatnonzero(delta).tolist()
    assert fen.tolist() == delta[delta != 0].tolist()


def test_sums_by_group_are_those_of_both_answers() -> None:
    before = RulebookMaker(seeded(77)).make(6)
    paying = next(b.index for b in before.benefits if b.in_force and b.amount is not None)
    after = dearer(before, paying)
    population = random_population(77, 300, missing=0.1)
    result = what_if(CitySession(population), before, after)
    towns = np.random.default_rng(1).integers(0, 5, population.size)
    old, new = evaluate(before, population), evaluate(after, population)
    for sums, benefit in zip(sums_by_group(result, after, towns, 5), after.benefits, strict=True):
        for people, fen, answer in ((sums.people_before, sums.fen_before, old), (sums.people_after, sums.fen_after, new)):
            given = np.isin(answer.status[:, benefit.index], GIVEN)
            assert people.tolist() == np.bincount(towns[given], minlength=5).tolist()
            assert fen.tolist() == [int(answer.amount[towns == town, benefit.index].sum()) for town in range(5)]
        was, now = (np.isin(answer.status[:, benefit.index], GIVEN) for answer in (old, new))
        more, less = (new.amount > old.amount)[:, benefit.index], (new.amount < old.amount)[:, benefit.index]
        gain, lose = (now & ~was) | (now & more), (was & ~now) | (was & less)
        assert sums.gain.tolist() == np.bincount(towns[gain], minlength=5).tolist()
        assert sums.lose.tolist() == np.bincount(towns[lose], minlength=5).tolist()


def test_a_benefit_of_one_rulebook_only_is_nothing_in_the_other() -> None:
    before = RulebookMaker(seeded(5)).make(3)
    plain = replace(before, groups=(), caps=())
    last = replace(plain.benefits[-1], id="new", in_force=True, amount=Const(500, Type.MONEY), first_by=(), conditions=())
    bits = sum(len(b.conditions) for b in plain.benefits[:-1])
    without = replace(plain, benefits=plain.benefits[:-1], condition_count=bits)
    with_new = replace(plain, benefits=(*plain.benefits[:-1], last), condition_count=bits)
    population = random_population(5, 100, missing=0.1)
    result = what_if(CitySession(population), without, with_new)
    (change,) = [change for change in result.changes if change.benefit == "new"]
    given = evaluate(with_new, population).status[:, -1] == 1
    assert change.rows[change.gains].tolist() == np.flatnonzero(given).tolist()
    assert not change.loses.any()
    assert change.fen_before.sum() == 0
    back = what_if(CitySession(population), with_new, without)
    (lost,) = [change for change in back.changes if change.benefit == "new"]
    assert lost.rows[lost.loses].tolist() == np.flatnonzero(given).tolist()
