"""What would each value of a missing fact make of the answer? Found by deciding again, once for every range the rules tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from songhe.engines.policy.closure import Evaluated, compile_rulebook
from songhe.engines.policy.encoding import EncodingProblem, decode, encode, shown
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.rulebook import Rulebook, Status, Variable
from songhe.engines.policy.thresholds import division, roots
from songhe.engines.policy.tree import Column, Type


@dataclass(frozen=True, slots=True)
class Answer:
    """If the fact is as `values` says (Chinese), the benefit has this status and amount (fen)."""

    values: str
    status: Status
    amount: int


@dataclass(frozen=True, slots=True)
class DecidesIf:
    """A missing fact whose values lead to different answers. `member` is another member's name, or ""."""

    variable: str
    label: str
    member: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class _Range:
    """Encoded values from `low` to `high`, both included; None is open. `sample` stands for all of them."""

    low: int | None
    high: int | None
    sample: int


Memory = dict[tuple[int | None, str, int], list[Evaluated]]  # (member or None, variable, value) -> the household decided with it


def decides_if(
    rulebook: Rulebook,
    household: HouseholdInput,
    member: int,
    benefit: str,
    facts: Sequence[tuple[str, int | None, str]],
    memory: Memory,
) -> tuple[DecidesIf, ...]:
    """For each (variable, member index or None for the household, name): the answers its values lead to, if they differ.

    `memory` keeps the decided households, so that benefits which lack the same fact share the work.
    """
    compiled = compile_rulebook(rulebook)
    index = next(b.index for b in rulebook.benefits if b.id == benefit)
    found: list[DecidesIf] = []
    for name, who, other in facts[:20]:
        variable = rulebook.variables[name]
        answers: list[tuple[_Range, Status, int]] = []
        for part in _ranges(rulebook, household, variable, rulebook.benefits[index].first_by):
            key = (who, name, part.sample)
            if key not in memory:
                memory[key] = compiled.evaluate(_with(household, who, name, decode(variable, part.sample)))
            state = memory[key][member].state
            status = Status.NOT_ELIGIBLE if state is None else Status(state.states[index])
            amount = state.now[index] if state is not None and status in (Status.ELIGIBLE, Status.PROVISIONAL) else 0
            answers.append((part, status, amount))
        if len({answer[1:] for answer in answers}) > 1:
            found.append(DecidesIf(name, variable.label, other, _merged(variable, answers)))
    return tuple(found)


def _with(household: HouseholdInput, who: int | None, name: str, value: object) -> HouseholdInput:
    if who is None:
        return replace(household, household={**household.household, name: value})
    persons = list(household.persons)
    persons[who] = {**persons[who], name: value}
    return replace(household, persons=tuple(persons))


def _ranges(rulebook: Rulebook, household: HouseholdInput, variable: Variable, first_by: Sequence[str]) -> list[_Range]:
    """The ranges of values that the rulebook tells apart; none where the fact is used in a way that has no ranges."""
    if variable.type is Type.BOOL:
        return [_Range(1, 1, 1), _Range(0, 0, 0)]
    if variable.type is Type.CODE:
        return [_Range(i, i, i) for i in range(len(variable.values))]
    divided = division(roots(rulebook), Column(variable.name, variable.type, variable.entity == "household"))
    if not divided.complete:
        return []
    cuts = set(divided.cuts)
    if variable.name in first_by:
        for person in household.persons:
            if person.get(variable.name) is not None:
                value = int(_encoded(variable, person[variable.name]))
                cuts |= {value, value + 1}
    ordered = sorted(cut for cut in cuts if variable.type is Type.DATE or cut > 0)
    if not ordered:
        return []
    lowest = None if variable.type is Type.DATE else 0
    lows = [lowest, *ordered]
    highs = [*(cut - 1 for cut in ordered), None]
    return [_Range(low, high, high if high is not None else ordered[-1]) for low, high in zip(lows, highs, strict=True)]


def _encoded(variable: Variable, value: object) -> int | bool:
    try:
        return encode(variable, value)
    except EncodingProblem:
        return 0


def _merged(variable: Variable, answers: Sequence[tuple[_Range, Status, int]]) -> tuple[Answer, ...]:
    """Ranges with the same answer said together."""
    if variable.type in (Type.BOOL, Type.CODE):
        together: dict[tuple[Status, int], list[str]] = {}
        for part, status, amount in answers:
            together.setdefault((status, amount), []).append(_one(variable, part.sample))
        return tuple(Answer("、".join(words), status, amount) for (status, amount), words in together.items())
    merged: list[tuple[_Range, Status, int]] = []
    for part, status, amount in answers:
        if merged and merged[-1][1:] == (status, amount):
            merged[-1] = (replace(merged[-1][0], high=part.high), status, amount)
        else:
            merged.append((part, status, amount))
    return tuple(Answer(_span(variable, part), status, amount) for part, status, amount in merged)


def _one(variable: Variable, value: int) -> str:
    return shown(variable, decode(variable, bool(value) if variable.type is Type.BOOL else value))


def _span(variable: Variable, part: _Range) -> str:
    if part.low == part.high and part.low is not None:
        return _one(variable, part.low)
    if part.high is None:
        return f"{_one(variable, part.low or 0)}及以{'后' if variable.type is Type.DATE else '上'}"
    if part.low is None or (part.low == 0 and variable.type is not Type.DATE):
        return f"{_one(variable, part.high)}及以{'前' if variable.type is Type.DATE else '下'}"
    return f"{_one(variable, part.low)}至{_one(variable, part.high)}"
