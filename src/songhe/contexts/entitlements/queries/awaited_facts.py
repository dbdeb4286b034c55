"""Which missing facts the undecided wait for, exactly: down every condition that cannot be told, along its unknown parts only.

A fact is awaited where every expression on the way to it is unknown: of `age >= 80 and X`, X is not awaited by who is 70; of `hh_any(age >= 60 and X)`
the X of a grandchild is not awaited by anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from songhe.contexts.entitlements.queries.snapshot import CityFacts, Decided
from songhe.engines.policy.bitset import evaluate
from songhe.engines.policy.needed_facts import children
from songhe.engines.policy.population import ColumnData
from songhe.engines.policy.rulebook import Benefit, Citation, Condition, Definition, Period, Rulebook, Status
from songhe.engines.policy.tree import Aggregate, Column, Compare, Comparison, Const, Known, Node, OrElse, Ref, Type

Flags = NDArray[np.bool_]
NOWHERE = Citation("", "")


def awaited_facts(rules: Rulebook, facts: CityFacts, outcome: Decided) -> dict[str, Flags]:
    """For each variable, the people (rows) whose value is missing and awaited by somebody's undecided benefit."""
    walk = _Walk(rules, facts)
    for benefit in rules.benefits:
        asks = outcome.status[:, benefit.index] == Status.CANNOT_TELL
        if asks.any():
            for condition in benefit.conditions:
                unknown = ((outcome.unknown[:, condition.bit // 8] >> (condition.bit % 8)) & 1).astype(bool)
                walk.follow(condition.node, asks & unknown)
            if benefit.amount is not None:
                walk.follow(benefit.amount, asks)
    walk.follow(rules.applies_to, outcome.applies)
    return walk.found


class _Walk:
    """Follows unknown parts; `found` collects what is awaited."""

    def __init__(self, rules: Rulebook, facts: CityFacts) -> None:
        self.definitions = {definition.name: definition for definition in rules.definitions}
        self.members = rules.members
        self.population = facts.population
        self.household = facts.population.household_of()
        self.found: dict[str, Flags] = {}
        self.unknown, self.false = _rails(rules, self.definitions, facts)

    def follow(self, node: Node, rows: Flags) -> None:
        """Add what the node lacks in these rows."""
        if isinstance(node, Column):
            self._missing(node, rows)
        elif isinstance(node, Ref):
            self.follow(self.definitions[node.definition].node, rows)
        elif not isinstance(node, Const | Known | OrElse):
            rows = rows & self.unknown[node]
            if rows.any():
                self._parts(node, rows)

    def _parts(self, node: Node, rows: Flags) -> None:
        if not isinstance(node, Aggregate):
            for part in children(node):
                self.follow(part, rows)
            return
        around = np.logical_or.reduceat(rows, self.population.starts)[self.household]
        self.follow(self.members, around)
        if node.of is not None:
            self.follow(node.of, around & ~self.false[self.members] if self.members in self.false else around)

    def _missing(self, column: Column, rows: Flags) -> None:
        data: ColumnData = (self.population.households if column.household else self.population.persons)[column.name]
        if data.known is None:
            return
        missing = rows & (~data.known[self.household] if column.household else ~data.known)
        if missing.any():
            self.found[column.name] = self.found[column.name] | missing if column.name in self.found else missing


def _rails(
    rules: Rulebook, definitions: Mapping[str, Definition], facts: CityFacts
) -> tuple[dict[Node, Flags], dict[Node, Flags]]:
    """For every expression on the way, where it is unknown and (for the true-or-false ones) where it is false: one evaluation of them all as conditions."""
    roots = [c.node for b in rules.benefits for c in b.conditions] + [b.amount for b in rules.benefits if b.amount is not None]
    nodes = list(dict.fromkeys(_inner([*roots, rules.applies_to, rules.members], definitions)))
    conditions = tuple(
        Condition(str(k), k, node if node.type is Type.BOOL else Compare(Comparison.EQ, node, node), NOWHERE, "", "", "", "")
        for k, node in enumerate(nodes)
    )
    asking = Benefit("awaited", "", 0, conditions, None, Period.ONCE, NOWHERE, True)
    everybody = Const(True, Type.BOOL)
    outcome = evaluate(
        replace(rules, applies_to=everybody, benefits=(asking,), groups=(), caps=(), condition_count=len(nodes)), facts.population
    )
    true, unknown = outcome.true, outcome.unknown

    def bit(mask: NDArray[np.uint8], k: int) -> Flags:
        return ((mask[:, k // 8] >> (k % 8)) & 1).astype(bool)

    rails = {node: bit(unknown, k) for k, node in enumerate(nodes)}
    return rails, {
        rules.members: ~(bit(true, nodes.index(rules.members)) | rails[rules.members])
    } if rules.members in rails else {}


def _inner(nodes: Sequence[Node], definitions: Mapping[str, Definition]) -> Iterator[Node]:
    """Every expression below the nodes that is neither a fact, a constant, a name, nor one that can never be unknown."""
    for node in nodes:
        if isinstance(node, Ref):
            yield from _inner([definitions[node.definition].node], definitions)
        elif not isinstance(node, Column | Const | Known | OrElse):
            yield node
            yield from _inner(children(node), definitions)
