"""Can a condition ever be true, ever be false? Decided by trying one value of every range that it tells apart; never a false alarm."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from songhe.engines.policy.arithmetic import Value, kleene_and, share
from songhe.engines.policy.interpreting import arithmetic, compare
from songhe.engines.policy.meaning import operands
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.thresholds import division
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
    Type,
)

MOST_TRIES = 6000


def possible_results(
    node: Node, definitions: Mapping[str, Node], variables: Mapping[str, Variable]
) -> frozenset[bool | None] | None:
    """The results that the condition can have when all its facts are known, or None where that cannot be told."""
    node = written_out(node, definitions)
    domains = _domains(node, variables)
    if domains is None:
        return None
    columns = list(domains)
    found: set[bool | None] = set()
    for values in itertools.product(*domains.values()):
        result = evaluate(node, dict(zip(columns, values, strict=True)))
        found.add(None if result is None else bool(result))
        if len(found & {True, False}) == 2:
            break
    return frozenset(found)


def written_out(node: Node, definitions: Mapping[str, Node]) -> Node:
    """The node with every definition put in its place."""
    match node:
        case Ref():
            return written_out(definitions[node.definition], definitions)
        case And():
            return And(tuple(written_out(part, definitions) for part in node.of))
        case Or():
            return Or(tuple(written_out(part, definitions) for part in node.of))
        case Not():
            return Not(written_out(node.of, definitions))
        case Compare():
            return Compare(node.op, written_out(node.left, definitions), written_out(node.right, definitions), node.age)
        case In():
            return In(written_out(node.of, definitions), node.values)
        case Arith():
            return Arith(node.op, written_out(node.left, definitions), written_out(node.right, definitions), node.type)
        case Case():
            branches = tuple((written_out(when, definitions), written_out(then, definitions)) for when, then in node.branches)
            return Case(branches, written_out(node.default, definitions), node.type)
        case Known():
            return Known(written_out(node.of, definitions))
        case OrElse():
            return OrElse(written_out(node.of, definitions), node.default, node.type)
        case Share():
            return Share(written_out(node.of, definitions), node.numerator, node.denominator, node.rounding)
        case _:
            return node


def _domains(node: Node, variables: Mapping[str, Variable]) -> dict[Column, Sequence[Value]] | None:
    """For each fact one value of every range; None where a fact is not only compared, or there are too many combinations."""
    parts = _parts(node)
    if any(isinstance(part, Aggregate) for part in parts):
        return None
    may_lack = {
        column for part in parts if isinstance(part, Known | OrElse) for column in _parts(part) if isinstance(column, Column)
    }
    domains: dict[Column, Sequence[Value]] = {}
    tries = 1
    for column in dict.fromkeys(part for part in parts if isinstance(part, Column)):
        values = _samples(node, column, variables)
        if not values:
            return None
        domains[column] = [*values, None] if column in may_lack else values
        tries *= len(domains[column])
        if tries > MOST_TRIES:
            return None
    return domains


def _samples(node: Node, column: Column, variables: Mapping[str, Variable]) -> list[Value] | None:
    if column.type is Type.BOOL:
        return [True, False]
    if column.type is Type.CODE:
        return list(range(len(variables[column.name].values)))
    divided = division([node], column)
    if not divided.complete:
        return None
    return [divided.cuts[0] - 1, *divided.cuts] if divided.cuts else [0]


def _parts(node: Node) -> list[Node]:
    found, queue = [], [node]
    while queue:
        part = queue.pop()
        found.append(part)
        queue.extend(operands(part))
    return found


def evaluate(node: Node, facts: Mapping[Column, Value]) -> Value:
    """The node's value for given facts; it has no definitions and no aggregates."""
    match node:
        case Const():
            return bool(node.value) if node.type is Type.BOOL else node.value
        case Column():
            return facts[node]
        case Not():
            inner = evaluate(node.of, facts)
            return None if inner is None else not inner
        case And():
            return kleene_and([evaluate(part, facts) for part in node.of])
        case Or():
            values = [evaluate(part, facts) for part in node.of]
            return True if True in values else None if None in values else False
        case Compare():
            return compare(node.op, evaluate(node.left, facts), evaluate(node.right, facts))
        case In():
            inner = evaluate(node.of, facts)
            return None if inner is None else inner in node.values
        case Arith():
            return arithmetic(node.op, evaluate(node.left, facts), evaluate(node.right, facts))
        case Case():
            for when, then in node.branches:
                test = evaluate(when, facts)
                if test is None:
                    return None
                if test:
                    return evaluate(then, facts)
            return evaluate(node.default, facts)
        case Known():
            return evaluate(node.of, facts) is not None
        case OrElse():
            inner = evaluate(node.of, facts)
            return node.default.value if inner is None else inner
        case Share():
            inner = evaluate(node.of, facts)
            return None if inner is None else share(int(inner), node.numerator, node.denominator, node.rounding)
        case _:
            raise TypeError(f"not evaluable by itself: {node!r}")
