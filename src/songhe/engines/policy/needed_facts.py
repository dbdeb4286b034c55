"""Which facts an expression needs: of the person, of the household, and of every member who counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from songhe.engines.policy.rulebook import Definition, Rulebook
from songhe.engines.policy.tree import (
    Aggregate,
    And,
    Arith,
    Case,
    Column,
    Compare,
    Const,
    In,
    Known,
    Node,
    Not,
    Or,
    OrElse,
    Ref,
    Share,
)


@dataclass(frozen=True, slots=True)
class NeededFacts:
    """Variable names. `members` are person facts that are asked of every household member through an aggregate."""

    own: frozenset[str] = frozenset()
    household: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()

    def __or__(self, other: NeededFacts) -> NeededFacts:
        return NeededFacts(self.own | other.own, self.household | other.household, self.members | other.members)


def children(node: Node) -> tuple[Node, ...]:
    """The direct operands of a node."""
    match node:
        case Const() | Column() | Ref():
            return ()
        case And(of) | Or(of):
            return of
        case Compare() | Arith():
            return (node.left, node.right)
        case Case():
            return (*(part for branch in node.branches for part in branch), node.default)
        case Aggregate(_, None):
            return ()
        case Aggregate() | Not() | In() | Known() | OrElse() | Share():
            assert node.of is not None
            return (node.of,)


def needed_facts(rulebook: Rulebook, node: Node) -> NeededFacts:
    """All facts the node can depend on, through definitions and aggregates."""
    return _needed({d.name: d for d in rulebook.definitions}, node)


def _needed(definitions: Mapping[str, Definition], node: Node) -> NeededFacts:
    if isinstance(node, Column):
        return NeededFacts(household=frozenset({node.name})) if node.household else NeededFacts(own=frozenset({node.name}))
    if isinstance(node, Ref):
        return _needed(definitions, definitions[node.definition].node)
    found = NeededFacts()
    for child in children(node):
        found |= _needed(definitions, child)
    if isinstance(node, Aggregate):
        return NeededFacts(household=found.household, members=found.own | found.members)
    return found
