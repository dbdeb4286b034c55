"""Where the rules divide the values of a fact: the points at which some comparison may change its answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from songhe.engines.policy.meaning import operands
from songhe.engines.policy.rulebook import Rulebook
from songhe.engines.policy.tree import Column, Compare, Comparison, Const, In, Known, Node, OrElse, Type


@dataclass(frozen=True, slots=True)
class Division:
    """`cuts` are the first values of each new range, ascending; `complete` is False where the fact is used in another way than compared."""

    cuts: tuple[int, ...]
    complete: bool


def roots(rulebook: Rulebook) -> list[Node]:
    """Every expression of the rulebook."""
    found: list[Node] = [rulebook.members, rulebook.applies_to, *(definition.node for definition in rulebook.definitions)]
    for benefit in rulebook.benefits:
        found += [condition.node for condition in benefit.conditions]
        found += [benefit.amount] if benefit.amount is not None else []
    return [*found, *(cap.total for cap in rulebook.caps)]


def division(nodes: Iterable[Node], column: Column) -> Division:
    """How the nodes divide the values of a fact."""
    cuts: set[int] = set()
    complete = True
    queue: list[Node] = list(nodes)
    while queue:
        node = queue.pop()
        if isinstance(node, Compare) and _reads(node.left, column) and isinstance(node.right, Const):
            cuts |= _cuts(node.op, int(node.right.value))
        elif isinstance(node, Compare) and _reads(node.right, column) and isinstance(node.left, Const):
            cuts |= _cuts(_turned(node.op), int(node.left.value))
        elif isinstance(node, In) and _reads(node.of, column):
            cuts |= {cut for value in node.values for cut in (value, value + 1)}
        elif isinstance(node, Known) and node.of == column:
            continue
        elif node == column and column.type is not Type.BOOL:
            complete = False
        else:
            queue.extend(operands(node))
    return Division(tuple(sorted(cuts)), complete)


def _reads(node: Node, column: Column) -> bool:
    return node == column or (isinstance(node, OrElse) and node.of == column)


def _cuts(op: Comparison, value: int) -> set[int]:
    if op in (Comparison.GE, Comparison.LT):
        return {value}
    if op in (Comparison.GT, Comparison.LE):
        return {value + 1}
    return {value, value + 1}


def _turned(op: Comparison) -> Comparison:
    turned = {
        Comparison.GE: Comparison.LE,
        Comparison.LE: Comparison.GE,
        Comparison.GT: Comparison.LT,
        Comparison.LT: Comparison.GT,
    }
    return turned.get(op, op)
