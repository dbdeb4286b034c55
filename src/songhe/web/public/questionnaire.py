"""Which question to ask next: only facts that can still change an answer, the most deciding first. No page and no storage here.

The household of a visitor is the person asked about and, unless they live alone, somebody of whom nothing is known: rules over
all members of a household then stay undecided instead of being answered as if nobody else lived there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from songhe.basics.ages import birthday
from songhe.engines.policy.closure import compile_household
from songhe.engines.policy.household import HouseholdInput, MemberDecision
from songhe.engines.policy.needed_facts import needed_facts
from songhe.engines.policy.rulebook import Rulebook, Status, Variable
from songhe.engines.policy.tree import Type

UNSURE: Final = None
YOU, FAMILY = "您", "同住的家人"
_OPEN = frozenset({Status.CANNOT_TELL, Status.PROVISIONAL})
_TRIED_AGES = (50, 62, 67, 72, 77, 85, 92, 101)
_TRIED_NUMBERS = (0, 1, 2, 3, 4, 5)
_TRIED_FEN = (0, 50_000, 100_000, 300_000, 1_000_000, 100_000_000)

Answers = Mapping[str, object]  # JSON values by fact; UNSURE where the visitor is not sure
Decide = Callable[[HouseholdInput], tuple[MemberDecision, ...]]
_compiled: dict[str, Decide] = {}


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask, the ids of the benefits that it bears on, and how many an answer decides on average."""

    variable: Variable
    bears_on: tuple[str, ...]
    decides: float


def household_of(rules: Rulebook, answers: Answers) -> HouseholdInput:
    """The visitor's household: the facts given, everything else unknown."""
    own: dict[str, object] = {"alive": True}
    shared: dict[str, object] = {}
    for name, value in answers.items():
        if value is not UNSURE and name in rules.variables:
            (shared if rules.variables[name].entity == "household" else own)[name] = value
    if own.get("lives_alone") is True:
        return HouseholdInput((own,), shared, (1,), (YOU,))
    return HouseholdInput((own, {}), shared, (1, 2), (YOU, FAMILY))


def decide(rules: Rulebook, answers: Answers) -> MemberDecision:
    """What the rules say of the person asked about."""
    if rules.hash not in _compiled:
        if len(_compiled) > 8:
            _compiled.clear()
        _compiled[rules.hash] = compile_household(rules)
    return _compiled[rules.hash](household_of(rules, answers))[0]


def open_questions(rules: Rulebook, answers: Answers) -> tuple[Question, ...]:
    """The facts that a visitor can be asked and whose answer can still change something, most deciding first.

    A fact is left out as soon as none of its possible answers changes any status, amount or condition.
    """
    now = decide(rules, answers)
    found = []
    for name, bears_on in _wanted(rules, now).items():
        if name in answers:
            continue
        variable = rules.variables[name]
        outcomes = [decide(rules, {**answers, name: value}) for value in possible_answers(variable, rules.as_of)]
        if any(_seen(outcome) != _seen(now) for outcome in outcomes):
            gain = sum(_undecided(now) - _undecided(outcome) for outcome in outcomes) / len(outcomes)
            found.append(Question(variable, bears_on, gain))
    order = {name: place for place, name in enumerate(rules.variables)}
    return tuple(sorted(found, key=lambda question: (-question.decides, -len(question.bears_on), order[question.variable.name])))


def bears_on(rules: Rulebook, name: str) -> tuple[str, ...]:
    """All benefits in force that use a fact, whatever has been answered."""
    scope = needed_facts(rules, rules.applies_to)
    everything = name in scope.own | scope.household
    return tuple(
        benefit.id for benefit in rules.benefits if benefit.in_force and (everything or name in _facts(rules, benefit.index))
    )


def possible_answers(variable: Variable, day: dt.date) -> tuple[object, ...]:
    """Answers to try: all of a yes-no or a list; of a number, an amount or a date one in every usual range."""
    if variable.type is Type.BOOL:
        return (True, False)
    if variable.type is Type.CODE:
        return tuple(code for code, _ in variable.values)
    if variable.type is Type.DATE:
        return tuple(birthday(day, -age).isoformat() for age in _TRIED_AGES)
    return _TRIED_FEN if variable.type is Type.MONEY else _TRIED_NUMBERS


def _facts(rules: Rulebook, index: int) -> frozenset[str]:
    benefit = next(benefit for benefit in rules.benefits if benefit.index == index)
    nodes = [condition.node for condition in benefit.conditions] + ([benefit.amount] if benefit.amount is not None else [])
    found: frozenset[str] = frozenset()
    for node in nodes:
        needs = needed_facts(rules, node)
        found |= needs.own | needs.household
    return found | frozenset(benefit.first_by)


def _wanted(rules: Rulebook, now: MemberDecision) -> dict[str, tuple[str, ...]]:
    """Facts with a question, and the undecided benefits that use each."""
    scope = needed_facts(rules, rules.applies_to)
    found: dict[str, list[str]] = {}
    for benefit in rules.benefits:
        if benefit.in_force and now.statuses[benefit.index] in _OPEN:
            for name in _facts(rules, benefit.index) | scope.own | scope.household:
                if rules.variables[name].ask:
                    found.setdefault(name, []).append(benefit.id)
    if any(now.statuses[benefit.index] in _OPEN for benefit in rules.benefits) and "lives_alone" in rules.variables:
        found.setdefault("lives_alone", [])
    return {name: tuple(benefits) for name, benefits in found.items()}


def _seen(decision: MemberDecision) -> tuple[object, ...]:
    return (decision.applies, decision.statuses, decision.amounts, decision.unknown)


def _undecided(decision: MemberDecision) -> int:
    return sum(status in _OPEN for status in decision.statuses)
