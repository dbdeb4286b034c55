"""One component of a plan decided for one chunk: status planes and payments of each of its benefits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhe.engines.policy.bitset import kernels, stages
from songhe.engines.policy.bitset.chunk import Chunk, Truth, Value
from songhe.engines.policy.bitset.plan import Component, Standing
from songhe.engines.policy.population import Payments, Words
from songhe.engines.policy.rulebook import Status

Planes = tuple[Words | None, Words | None, Words | None]
Answer = tuple[Planes, Payments | None]
Rows = NDArray[np.int32]


def decide(chunk: Chunk, component: Component, applies: Words) -> tuple[Answer, ...]:
    """The answers of the component's benefits, in its order; `applies` are the people the pack speaks of."""
    if component.alone:
        benefit = component.benefits[0]
        if benefit.eligible is None:
            return (_not_in_force(applies),)
        return (_own_alone(chunk, benefit, chunk.truth(benefit.eligible)),)
    return _Together(chunk, component, applies).answers()


def count_bits(words: Words) -> int:
    return int(np.bitwise_count(words).sum())


def rows_of(words: Words) -> Rows:
    return kernels.rows_of(words, count_bits(words))


def fen(value: Value, count: int) -> NDArray[np.int64]:
    """int64[count]: the amounts, none below zero."""
    if isinstance(value.numbers, int):
        return np.full(count, max(0, value.numbers), dtype=np.int64)
    return np.maximum(value.numbers, 0).astype(np.int64, copy=False)


def _not_in_force(applies: Words) -> Answer:
    return (None, applies, applies), None


def _own_alone(chunk: Chunk, benefit: Standing, eligible: Truth) -> tuple[tuple[Words, Words, None], Payments | None]:
    yes, unsure = eligible.true, eligible.true ^ eligible.possible
    if benefit.amount is None:
        return (yes, unsure, None), None
    rows = rows_of(yes)
    amount = chunk.value(benefit.amount, rows)
    sums = fen(amount, len(rows))
    if amount.known is not None and not amount.known.all():
        rows, sums = rows[amount.known], sums[amount.known]
        yes = kernels.set_bits(rows, chunk.words)
        unsure = yes ^ eligible.possible
    return (yes, unsure, None), Payments(rows, sums)


class _Together:
    """Several benefits that touch one another, or one that is given once per household.

    Only people for whom two of them are possible need the stages: `crowd`. Who has one alone is decided as if it stood
    alone, and a cap cuts it to its total; that shortcut is not taken with `first_by` or where a total is not one number.
    """

    def __init__(self, chunk: Chunk, component: Component, applies: Words) -> None:
        self.chunk, self.component, self.applies = chunk, component, applies
        self.truths = [None if b.eligible is None else chunk.truth(b.eligible) for b in component.benefits]
        anyone, crowd = np.zeros(chunk.words, dtype=np.uint64), np.zeros(chunk.words, dtype=np.uint64)
        for truth in self.truths:
            if truth is not None:
                crowd |= anyone & truth.possible
                anyone |= truth.possible
        self.limits = [self._limit(place) for place in range(len(self.truths))]
        whole = any(b.first_by for b in component.benefits) or None in self.limits
        self.crowd = anyone if whole else crowd
        self.whole = whole
        self.rows = rows_of(self.crowd)
        shape = (len(self.truths), len(self.rows))
        self.states = np.zeros(shape, dtype=np.uint8)
        self.raw = np.zeros(shape, dtype=np.int64)
        self.raw_known = np.ones(shape, dtype=np.bool_)
        for place, (benefit, truth) in enumerate(zip(component.benefits, self.truths, strict=True)):
            if truth is not None:
                self._own_answer(place, benefit, truth)

    def _limit(self, place: int) -> int | None:
        """The lowest total of the caps over a benefit, or None if one of them is not the same known number for all."""
        lowest = 2**62
        for limit in self.component.caps:
            step = self.chunk.steps.steps[limit.total]
            if place in limit.among:
                if step.op != "int" or not isinstance(step.args[0], int):
                    return None
                lowest = min(lowest, max(0, step.args[0]))
        return lowest

    def _own_answer(self, place: int, benefit: Standing, truth: Truth) -> None:
        states = self.states[place]
        states[:] = stages.take_states(truth.true, truth.possible, self.rows)
        if benefit.amount is None:
            return
        standing = stages.standing(states)
        amount = self.chunk.value(benefit.amount, self.rows[standing])
        self.raw[place, standing] = fen(amount, len(standing))
        if amount.known is not None:
            self.raw_known[place, standing] = amount.known
            states[standing[~amount.known]] = Status.CANNOT_TELL

    def answers(self) -> tuple[Answer, ...]:
        for place, benefit in enumerate(self.component.benefits):
            if benefit.first_by and benefit.eligible is not None:
                self._once(place, benefit)
        for group in self.component.groups:
            among = np.array(group.among, dtype=np.int64)
            stages.exclusive_group(self.states, self.raw, self.raw_known, among, group.highest, group.hold)
        now = self.raw.copy() if self.component.caps else self.raw
        for limit in self.component.caps:
            total = self.chunk.value(limit.total, self.rows)
            sums = np.atleast_1d(np.asarray(total.numbers, dtype=np.int64))
            known = np.ones(len(sums), dtype=np.bool_) if total.known is None else total.known
            among = np.array(limit.among, dtype=np.int64)
            stages.cap(self.states, now, self.raw, self.raw_known, sums, known, among, limit.hold)
        return tuple(self._answer(place, benefit, now) for place, benefit in enumerate(self.component.benefits))

    def _once(self, place: int, benefit: Standing) -> None:
        standing = stages.standing(self.states[place])
        alike, household = stages.contested(self.rows[standing], self.chunk.marks)
        standing = standing[alike]
        rows = self.rows[standing]
        columns = [self.chunk.column(name, household=False) for name in benefit.first_by]
        known = np.ones(len(rows), dtype=np.bool_)
        keys = np.zeros((len(columns) + 1, len(rows)), dtype=np.int64)
        for k, column in enumerate(columns):
            if column is None:
                known[:] = False
                continue
            keys[k] = column.values[rows]
            if column.known is not None:
                known &= column.known[rows]
        keys[-1] = self.chunk.population.person_id[self.chunk.start + rows.astype(np.int64)]
        self.states[place, standing] = stages.once_per_household(household, keys, known, self.states[place, standing])

    def _answer(self, place: int, benefit: Standing, now: NDArray[np.int64]) -> Answer:
        truth = self.truths[place]
        if truth is None:
            return _not_in_force(self.applies)
        states = self.states[place]
        planes = stages.planes(self.rows, states, self.chunk.words)
        paid = None if benefit.amount is None else Payments(*stages.granted(self.rows, states, now[place]))
        if self.whole:
            return (planes[0], planes[1], planes[2]), paid
        alone = Truth(truth.true & ~self.crowd, truth.possible & ~self.crowd)
        (yes, unsure, _), theirs = _own_alone(self.chunk, benefit, alone)
        planes[0] |= yes
        planes[1] |= unsure
        limit = self.limits[place]
        if paid is not None and theirs is not None and limit is not None:
            paid = Payments(*kernels.merge_paid(paid.rows, paid.fen, theirs.rows, np.minimum(theirs.fen, limit)))
        return (planes[0], planes[1], planes[2]), paid
