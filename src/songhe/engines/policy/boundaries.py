"""Households at every threshold of a rulebook: the day before, on and after; one fen less, exact, one more; each code; and unknown.

Each benefit gets, where it can be found, a person for whom every other condition holds, so that the threshold alone decides.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from songhe.engines.policy.arithmetic import Value
from songhe.engines.policy.encoding import decode
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.meaning import operands
from songhe.engines.policy.reasoning import evaluate, written_out
from songhe.engines.policy.rulebook import Benefit, Rulebook
from songhe.engines.policy.thresholds import division
from songhe.engines.policy.tree import Aggregate, And, Column, Compare, Node, Or, Type

MOST_TRIES = 3000


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
        eligible = satisfying(rulebook, whole)
        nodes = [whole, *([written_out(benefit.amount, definitions)] if benefit.amount is not None else [])]
        for column in _columns(nodes):
            for value in _values(rulebook, nodes, column):
                household = _household(rulebook, {**eligible, column: value})
                found.append(BoundaryHousehold(f"{benefit.id} {column.name} {value}", household))
    return found


def satisfying(rulebook: Rulebook, condition: Node) -> dict[Column, Value]:
    """Facts for which the condition holds for a person living alone, if such are found among the values the rules tell apart."""
    facts: dict[Column, Value] = {}
    for part in condition.of if isinstance(condition, And) else (condition,):
        _settle(rulebook, part, facts)
    return facts


def _settle(rulebook: Rulebook, node: Node, facts: dict[Column, Value]) -> None:
    """Choose values for the facts of one condition, leaving those already chosen where possible."""
    columns = [column for column in _columns([node])]
    fresh = [column for column in columns if column not in facts]
    for changing in (fresh, columns):
        domains = [_values(rulebook, [node], column) for column in changing]
        for values in itertools.islice(itertools.product(*domains), MOST_TRIES):
            tried = {**facts, **dict(zip(changing, values, strict=True))}
            if _holds(node, tried):
                facts.update(tried)
                return


def _holds(node: Node, facts: Mapping[Column, Value]) -> bool:
    return not _aggregates(node) and evaluate(node, {column: facts.get(column) for column in _columns([node])}) is True


def _whole(rulebook: Rulebook, benefit: Benefit, definitions: Mapping[str, Node]) -> Node:
    parts: list[Node] = []
    for node in (rulebook.members, rulebook.applies_to, *(condition.node for condition in benefit.conditions)):
        inner = written_out(node, definitions)
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


def _aggregates(node: Node) -> bool:
    return isinstance(node, Aggregate) or any(_aggregates(part) for part in operands(node))


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
