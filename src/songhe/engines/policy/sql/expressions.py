"""A node of the tree as SQL text over the columns of the emitter's stages, with unknown as NULL.

Only AND OR NOT, comparisons, IN, CASE, IS NULL, + - *, CAST to BIGINT and the whole-number division of `share` are written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from songhe.engines.policy.sql.dialects import Dialect
from songhe.engines.policy.tree import (
    Aggregate,
    AggregateKind,
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
    Rounding,
    Share,
    Type,
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")


def checked(name: str) -> str:
    """The name, if it is a plain lower-case identifier; nothing else may reach a statement."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a plain identifier: {name!r}")
    return name


class Writer:
    """Writes nodes; `aggregates` gives the column that holds each household aggregate."""

    def __init__(self, dialect: Dialect, aggregates: Mapping[Aggregate, str]) -> None:
        self.dialect = dialect
        self.aggregates = aggregates

    def text(self, node: Node) -> str:
        match node:
            case Const():
                return literal(node)
            case Column():
                return f"{'h' if node.household else 'p'}_{checked(node.name)}"
            case Ref():
                return f"d_{checked(node.definition)}"
            case Aggregate():
                return self.aggregates[node]
            case Not():
                return f"(NOT {self.text(node.of)})"
            case And() | Or():
                return self._junction(node)
            case Compare():
                return f"({self.text(node.left)} {node.op.value} {self.text(node.right)})"
            case In():
                return self._in(node)
            case Arith():
                return f"({self.text(node.left)} {node.op.value} {self.text(node.right)})"
            case Case():
                return self._case(node)
            case Known():
                return f"({self.text(node.of)} IS NOT NULL)"
            case OrElse():
                inner = self.text(node.of)
                return f"(CASE WHEN {inner} IS NULL THEN {literal(node.default)} ELSE {inner} END)"
            case Share():
                return self._share(node)
        raise TypeError(f"unknown node: {node!r}")

    def _junction(self, node: And | Or) -> str:
        if not node.of:
            return "TRUE" if isinstance(node, And) else "FALSE"
        return "(" + (" AND " if isinstance(node, And) else " OR ").join(self.text(part) for part in node.of) + ")"

    def _in(self, node: In) -> str:
        inner = self.text(node.of)
        if not node.values:
            return f"({inner} <> {inner})"
        return f"({inner} IN ({', '.join(str(int(value)) for value in node.values)}))"

    def _case(self, node: Case) -> str:
        parts = []
        for when, then in node.branches:
            condition = self.text(when)
            parts.append(f"WHEN {condition} IS NULL THEN NULL WHEN {condition} THEN {self.text(then)}")
        return f"(CASE {' '.join(parts)} ELSE {self.text(node.default)} END)"

    def _share(self, node: Share) -> str:
        inner, bottom = self.text(node.of), node.denominator
        size = f"(CASE WHEN {inner} < 0 THEN 0 - {inner} ELSE {inner} END * {big(node.numerator)})"
        if node.rounding is Rounding.UP:
            size = f"({size} + {big(bottom - 1)})"
        if node.rounding is Rounding.HALF_UP:
            size, bottom = f"({size} * {big(2)} + {big(bottom)})", 2 * bottom
        whole = f"({size} {self.dialect.divide} {big(bottom)})"
        return f"(CASE WHEN {inner} < 0 THEN 0 - {whole} ELSE {whole} END)"


def big(number: int) -> str:
    """A 64-bit literal."""
    return f"CAST({int(number)} AS BIGINT)"


def literal(const: Const) -> str:
    if const.type is Type.BOOL:
        return "TRUE" if const.value else "FALSE"
    return big(int(const.value))


def aggregate_column(writer: Writer, node: Aggregate, members: str) -> str:
    """The grouped expression of one aggregate over the rows of a household; `members` is the column of who counts."""
    counted = members if node.of is None else f"({members} AND {writer.text(node.of)})"
    if node.kind is AggregateKind.ALL:
        assert node.of is not None
        counted = f"(NOT {members} OR {writer.text(node.of)})"
        return f"CASE WHEN {_seen(f'NOT {counted}')} THEN FALSE WHEN {_seen(f'{counted} IS NULL')} THEN NULL ELSE TRUE END"
    if node.kind is AggregateKind.ANY:
        return f"CASE WHEN {_seen(counted)} THEN TRUE WHEN {_seen(f'{counted} IS NULL')} THEN NULL ELSE FALSE END"
    if node.kind in (AggregateKind.COUNT, AggregateKind.SIZE):
        found = f"CAST(SUM(CASE WHEN {counted} THEN 1 ELSE 0 END) AS BIGINT)"
        return f"CASE WHEN {_seen(f'{counted} IS NULL')} THEN NULL ELSE {found} END"
    assert node.of is not None
    value = writer.text(node.of)
    unsure = f"({members} IS NULL OR ({members} AND {value} IS NULL))"
    if node.kind is AggregateKind.SUM:
        found = f"CAST(SUM(CASE WHEN {members} THEN {value} ELSE {big(0)} END) AS BIGINT)"
    else:
        found = f"{node.kind.value.upper()}(CASE WHEN {members} THEN {value} ELSE NULL END)"
    return f"CASE WHEN {_seen(unsure)} THEN NULL ELSE {found} END"


def _seen(condition: str) -> str:
    """Whether the condition is true of any row of the group."""
    return f"MAX(CASE WHEN {condition} THEN 1 ELSE 0 END) = 1"
