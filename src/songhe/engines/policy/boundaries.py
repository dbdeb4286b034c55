"""Households at every threshold of a rulebook: the day before, on and after; one fen less, exact, one more; each code; and unknown.

Each benefit gets, where it can be found, a person for whom every other condition holds, so that the threshold alone decides.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from songhe.engines.policy.arithmetic import Value
from songhe.engines.policy.encoding import decode
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.meaning import operands
from songhe.engines.policy.reasoning import evaluate, written_out
from songhe.engines.policy.rulebook import Benefit, Rulebook
from songhe.engines.policy.thresholds import division
from songhe.engines.policy.tree import Aggregate, AggregateKind, And, Case, Column, Compare, Const, Node, Not, Or, Type

MOST_TRIES = 20_000


@dataclass(frozen=True, slots=True)
class BoundaryHousehold:
    """One household at one threshold; `about` names benefit, fact and value for a failing test's message."""

    about: str
    household: HouseholdInput


def boundary_households(rulebook: Rulebook) -> list[BoundaryHousehold]:
    """For each benefit, each of its facts and each value beside a threshold: one household, in a fixed order."""
    found: list[BoundaryHousehold] = []
    definitions = {definition.name: definition.node for definition in rulebook.definitions}
    for benefit in rulebook.benefits:
        whole = _whole(rulebook, benefit, definitions)
        others = [Not(_whole(rulebook, mate, definitions)) for mate in _mates(rulebook, benefit)]
        eligible = satisfying(rulebook, And((*whole.of, *others)))
        nodes = [whole, *([written_out(benefit.amount, definitions)] if benefit.amount is not None else [])]
        for column in _columns(nodes):
            for value in _values(rulebook, nodes, column):
                household = _household(rulebook, {**eligible, column: value})
                found.append(BoundaryHousehold(f"{benefit.id} {column.name} {value}", household))
    return found


def satisfying(rulebook: Rulebook, condition: Node) -> dict[Column, Value]:
    """Facts for which the condition holds for a person living alone, found among the values the rules tell apart.

    Where no such facts are found (a rule about somebody else in the household), those that settle most of its parts.
    """
    parts = condition.of if isinstance(condition, And) else (condition,)
    search = _Search(rulebook, condition)
    search.settle(sorted(parts, key=lambda part: (len(_columns([part])), isinstance(part, Or))), {})
    return search.best


class _Search:
    """Goes through the parts, each with the values of its facts that nobody chose before; turns back where a later part cannot hold."""

    def __init__(self, rulebook: Rulebook, condition: Node) -> None:
        self.domains = {column: _values(rulebook, [condition], column) for column in _columns([condition])}
        self.left = MOST_TRIES
        self.best: dict[Column, Value] = {}
        self.reached = -1

    def settle(self, parts: Sequence[Node], facts: dict[Column, Value], done: int = 0) -> bool:
        if done > self.reached:
            self.reached, self.best = done, facts
        if not parts:
            return True
        fresh = [column for column in _columns([parts[0]]) if column not in facts]
        for values in itertools.product(*(self.domains[column] for column in fresh)):
            if self.left == 0:
                return False
            self.left -= 1
            tried = {**facts, **dict(zip(fresh, values, strict=True))}
            if evaluate(parts[0], tried) is True and self.settle(parts[1:], tried, done + 1):
                return True
        return False


def _alone(node: Node, definitions: Mapping[str, Node]) -> Node:
    """The node as it is for a person who lives alone: what is asked of the household's members is asked of them."""
    if isinstance(node, Aggregate):
        if node.of is None:
            return Const(1, Type.INT)
        inner = _alone(written_out(node.of, definitions), definitions)
        return Case(((inner, Const(1, Type.INT)),), Const(0, Type.INT), Type.INT) if node.kind is AggregateKind.COUNT else inner
    changed = {field.name: _within(getattr(node, field.name), definitions) for field in fields(node)}
    return replace(node, **{name: value for name, value in changed.items() if value is not getattr(node, name)})


def _within(value: Any, definitions: Mapping[str, Node]) -> Any:
    if isinstance(value, tuple):
        found = tuple(_within(item, definitions) for item in value)
        return value if all(new is old for new, old in zip(found, value, strict=True)) else found
    return _alone(value, definitions) if isinstance(value, Node) else value


def _mates(rulebook: Rulebook, benefit: Benefit) -> list[Benefit]:
    """The benefits that may come instead of this one."""
    among = {index for group in rulebook.groups if benefit.index in group.among for index in group.among}
    return [mate for mate in rulebook.benefits if mate.index in among - {benefit.index} and mate.in_force]


def _whole(rulebook: Rulebook, benefit: Benefit, definitions: Mapping[str, Node]) -> And:
    parts: list[Node] = []
    for node in (rulebook.members, rulebook.applies_to, *(condition.node for condition in benefit.conditions)):
        inner = _alone(written_out(node, definitions), definitions)
        parts.extend(inner.of if isinstance(inner, And) else (inner,))
    return And(tuple(sorted(parts, key=lambda part: isinstance(part, Or))))


def _values(rulebook: Rulebook, nodes: Sequence[Node], column: Column) -> list[Value]:
    """Values beside every threshold of the fact, and unknown last."""
    if column.type is Type.BOOL:
        return [True, False, None]
    if column.type is Type.CODE:
        return [*range(len(rulebook.variables[column.name].values)), None]
    cuts = division(nodes, column).cuts
    near = sorted({value for cut in cuts for value in range(cut - 2, cut + 2)}) or [0]
    return [*(value for value in near if column.type is Type.DATE or value >= 0), None]


def _household(rulebook: Rulebook, facts: Mapping[Column, Value]) -> HouseholdInput:
    person = {c.name: decode(rulebook.variables[c.name], v) for c, v in facts.items() if v is not None and not c.household}
    household = {c.name: decode(rulebook.variables[c.name], v) for c, v in facts.items() if v is not None and c.household}
    return HouseholdInput((person,), household, (1,), ("本人",))


def _columns(nodes: Sequence[Node]) -> list[Column]:
    found: dict[Column, None] = {}
    queue = list(nodes)
    while queue:
        node = queue.pop(0)
        if isinstance(node, Column):
            found[node] = None
        queue.extend(operands(node))
    return list(found)


def age_thresholds(rulebook: Rulebook) -> set[int]:
    """Every age that some rule of the rulebook tests."""
    found: set[int] = set()
    queue = [*(d.node for d in rulebook.definitions), *(c.node for b in rulebook.benefits for c in b.conditions)]
    queue += [benefit.amount for benefit in rulebook.benefits if benefit.amount is not None]
    while queue:
        node = queue.pop()
        if isinstance(node, Compare) and node.age is not None and node.age.kind == "age":
            found.add(node.age.number)
        queue.extend(operands(node))
    return found
