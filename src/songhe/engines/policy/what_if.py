"""Two rulebooks over one population: who gains, who loses, how much, and the sums by group (a town, an age band)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhe.engines.policy.bitset import CitySession
from songhe.engines.policy.population import Outcome, OutcomePart, Payments, Words, unpack
from songhe.engines.policy.rulebook import Period, Rulebook, Status

_GIVEN = (Status.ELIGIBLE, Status.PROVISIONAL)


@dataclass(frozen=True, slots=True)
class BenefitChange:
    """The people whose answer for one benefit changes; rows of the population, ascending; amounts in fen.

    gains: it was not given and is now, or the amount rises; loses: the other way. Who changes only between answers under
    which nothing is given (such as not eligible and cannot tell) does neither.
    """

    benefit: str
    title: str
    period: Period
    rows: NDArray[np.int64]
    status_before: NDArray[np.uint8]
    status_after: NDArray[np.uint8]
    fen_before: NDArray[np.int64]
    fen_after: NDArray[np.int64]

    @property
    def gains(self) -> NDArray[np.bool_]:
        given, was = np.isin(self.status_after, _GIVEN), np.isin(self.status_before, _GIVEN)
        return (given & ~was) | (given & (self.fen_after > self.fen_before))

    @property
    def loses(self) -> NDArray[np.bool_]:
        given, was = np.isin(self.status_after, _GIVEN), np.isin(self.status_before, _GIVEN)
        return (was & ~given) | (was & (self.fen_after < self.fen_before))


@dataclass(frozen=True, slots=True)
class GroupSums:
    """One benefit by group: people it is given to and fen, before and after, and how many gain and lose; int64[groups]."""

    benefit: str
    title: str
    period: Period
    people_before: NDArray[np.int64]
    people_after: NDArray[np.int64]
    fen_before: NDArray[np.int64]
    fen_after: NDArray[np.int64]
    gain: NDArray[np.int64]
    lose: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`changes` has every benefit of either rulebook for which anyone's answer changes."""

    before: Outcome
    after: Outcome
    changes: tuple[BenefitChange, ...]


def what_if(session: CitySession, before: Rulebook, after: Rulebook) -> WhatIf:
    """What another rulebook would change. Benefits are matched by id; one that is in one rulebook only is nothing in the other."""
    return compare(session.evaluate(before), session.evaluate(after), before, after)


def compare(old: Outcome, new: Outcome, before: Rulebook, after: Rulebook) -> WhatIf:
    """The same for outcomes that are there already; both over one population, cut into the same parts."""
    places_old = {benefit.id: benefit for benefit in before.benefits}
    places_new = {benefit.id: benefit for benefit in after.benefits}
    changes = []
    for name in dict.fromkeys([*places_old, *places_new]):
        mine, theirs = places_old.get(name), places_new.get(name)
        shown = theirs or mine
        assert shown is not None
        pieces = [
            _changed(first, second, None if mine is None else mine.index, None if theirs is None else theirs.index)
            for first, second in zip(old.parts, new.parts, strict=True)
        ]
        found = [piece for piece in pieces if piece is not None]
        if found:
            joined = [np.concatenate([piece[k] for piece in found]) for k in range(5)]
            changes.append(BenefitChange(name, shown.title, shown.period, *joined))
    return WhatIf(old, new, tuple(changes))


def fen_of(outcome: Outcome, rulebook: Rulebook, period: Period) -> int:
    """What all benefits of one period come to, in fen a period."""
    indexes = [benefit.index for benefit in rulebook.benefits if benefit.period is period]
    paid = [part.payments[index] for part in outcome.parts for index in indexes]
    return sum(int(each.fen.sum()) for each in paid if each is not None)


def people_by_period(result: WhatIf, period: Period) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows whose sum over all benefits of one period changes (ascending), and by how many fen."""
    chosen = [change for change in result.changes if change.period is period]
    if not chosen:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    rows = np.concatenate([change.rows for change in chosen])
    fen = np.concatenate([change.fen_after - change.fen_before for change in chosen])
    people, place = np.unique(rows, return_inverse=True)
    sums = np.zeros(len(people), dtype=np.int64)
    np.add.at(sums, place, fen)
    return people[sums != 0], sums[sums != 0]


def sums_by_group(result: WhatIf, rulebook: Rulebook, group_of: NDArray[np.int64], groups: int) -> tuple[GroupSums, ...]:
    """Every benefit of the new rulebook by group, then those of the old one only that anybody loses.

    `group_of` is each row's group, 0 .. groups - 1.
    """
    changes = {change.benefit: change for change in result.changes}
    made = []
    for benefit in rulebook.benefits:
        given = _given(result.after, benefit.index, group_of, groups)
        made.append(_sums(benefit.id, benefit.title, benefit.period, given, changes.pop(benefit.id, None), group_of, groups))
    nobody = np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64)
    return (*made, *(_sums(c.benefit, c.title, c.period, nobody, c, group_of, groups) for c in changes.values()))


def _sums(
    benefit: str, title: str, period: Period, given: tuple[NDArray[np.int64], NDArray[np.int64]], change: BenefitChange | None,
    group_of: NDArray[np.int64], groups: int,
) -> GroupSums:  # fmt: skip
    people, fen = given
    if change is None:
        nobody = np.zeros(groups, dtype=np.int64)
        return GroupSums(benefit, title, period, people, people, fen, fen, nobody, nobody)
    where = group_of[change.rows]
    more = np.isin(change.status_after, _GIVEN).astype(np.int64) - np.isin(change.status_before, _GIVEN)
    before = people - _sum(where, more, groups), fen - _sum(where, change.fen_after - change.fen_before, groups)
    gain, lose = (_sum(where, mask.astype(np.int64), groups) for mask in (change.gains, change.loses))
    return GroupSums(benefit, title, period, before[0], people, before[1], fen, gain, lose)


def _sum(where: NDArray[np.int64], values: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    sums = np.zeros(groups, dtype=np.int64)
    np.add.at(sums, where, values)
    return sums


def _given(outcome: Outcome, index: int, group_of: NDArray[np.int64], groups: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    people, fen = np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64)
    for part in outcome.parts:
        where = group_of[part.start : part.start + part.size]
        paid = part.payments[index]
        rows = np.flatnonzero(np.isin(_states(part, index), _GIVEN)) if paid is None else paid.rows
        people += np.bincount(where[rows], minlength=groups)
        if paid is not None:
            fen += _sum(where[paid.rows], paid.fen, groups)
    return people, fen


def _states(part: OutcomePart, index: int | None) -> NDArray[np.uint8]:
    states = np.zeros(part.size, dtype=np.uint8)
    if index is not None:
        for place, plane in enumerate(part.planes[index]):
            states |= unpack(plane, part.size) << np.uint8(place)
    return states


def _changed(
    old: OutcomePart, new: OutcomePart, mine: int | None, theirs: int | None
) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]] | None:
    """Rows, states and amounts of those in one part whose answer differs, or None if nobody's does."""
    if mine is not None and theirs is not None and _same(old, new, mine, theirs):
        return None
    fen_before, fen_after = _amounts(old, mine), _amounts(new, theirs)
    states_before, states_after = _states(old, mine), _states(new, theirs)
    rows = np.flatnonzero((states_before != states_after) | (fen_before != fen_after))
    if not len(rows):
        return None
    return rows + old.start, states_before[rows], states_after[rows], fen_before[rows], fen_after[rows]


def _same(old: OutcomePart, new: OutcomePart, mine: int, theirs: int) -> bool:
    """Whether both answers are the same objects: the session had nothing to compute anew."""
    planes: Sequence[tuple[Words | None, Words | None]] = list(zip(old.planes[mine], new.planes[theirs], strict=True))
    return all(left is right for left, right in planes) and old.payments[mine] is new.payments[theirs]


def _amounts(part: OutcomePart, index: int | None) -> NDArray[np.int64]:
    amounts = np.zeros(part.size, dtype=np.int64)
    paid: Payments | None = None if index is None else part.payments[index]
    if paid is not None:
        amounts[paid.rows] = paid.fen
    return amounts
