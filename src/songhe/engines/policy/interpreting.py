"""A slow second look at single nodes of an evaluated household: their value, and which missing facts leave them unknown."""

from __future__ import annotations

from collections.abc import Sequence

from songhe.engines.policy.arithmetic import Value, aggregate, kleene_and, share
from songhe.engines.policy.closure import Compiled, Evaluated
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.rulebook import Definition
from songhe.engines.policy.tree import (
    Aggregate,
    And,
    Arith,
    Arithmetic,
    Case,
    Column,
    Compare,
    Comparison,
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

HOUSEHOLD = -1
Missing = dict[tuple[int, str], None]  # (member or HOUSEHOLD, variable), in the order found


class Interpreter:
    """Reads the values that a compiled rulebook found for a household."""

    def __init__(self, compiled: Compiled, household: HouseholdInput, members: Sequence[Evaluated]) -> None:
        self.members = members
        self.place = compiled.places
        self.rulebook = compiled.rulebook
        self.household = {name: read(household.household.get(name)) for name, read in compiled.household_readers}
        self.blamed: dict[tuple[str, int], Missing] = {}

    def value(self, node: Node, member: int) -> Value:
        """The node's value for a member; None is unknown."""
        match node:
            case Column():
                return self.household[node.name] if node.household else self.members[member].values[self.place[node.name]]
            case Const():
                return bool(node.value) if node.type is Type.BOOL else node.value
            case Compare():
                return compare(node.op, self.value(node.left, member), self.value(node.right, member))
            case Ref():
                return self.members[member].values[self.place[f"= {node.definition}"]]
            case Not():
                inner = self.value(node.of, member)
                return None if inner is None else not inner
            case And():
                return kleene_and([self.value(part, member) for part in node.of])
            case Or():
                values = [self.value(part, member) for part in node.of]
                return True if True in values else None if None in values else False
            case In():
                inner = self.value(node.of, member)
                return None if inner is None else inner in node.values
            case Arith():
                return arithmetic(node.op, self.value(node.left, member), self.value(node.right, member))
            case Case():
                return self._case(node, member)
            case Known():
                return self.value(node.of, member) is not None
            case OrElse():
                inner = self.value(node.of, member)
                return node.default.value if inner is None else inner
            case Share():
                inner = self.value(node.of, member)
                return None if inner is None else share(int(inner), node.numerator, node.denominator, node.rounding)
            case Aggregate():
                everyone = range(len(self.members))
                counting = [self.value(self.rulebook.members, i) for i in everyone]
                return aggregate(node.kind, counting, [self.value(node.of, i) if node.of is not None else True for i in everyone])

    def _case(self, node: Case, member: int) -> Value:
        for when, then in node.branches:
            test = self.value(when, member)
            if test is None:
                return None
            if test:
                return self.value(then, member)
        return self.value(node.default, member)

    def blame(self, node: Node, member: int) -> Missing:
        """The missing facts that leave the node unknown for a member; nothing if it is known."""
        match node:
            case Column():
                if self.value(node, member) is not None:
                    return {}
                return {(HOUSEHOLD if node.household else member, node.name): None}
            case Ref():
                return self._of_definition(node, member)
            case Const() | Known() | OrElse():
                return {}
            case Case():
                return self._of_case(node, member)
            case Aggregate():
                return self._of_aggregate(node, member)
        if isinstance(node, And | Or):
            return self._of_junction(node, member)
        if self.value(node, member) is not None:
            return {}
        match node:
            case Compare() | Arith():
                return self._of_all((node.left, node.right), member)
            case _:
                return self.blame(node.of, member)

    def _of_junction(self, node: And | Or, member: int) -> Missing:
        settles = isinstance(node, Or)
        values = [self.value(part, member) for part in node.of]
        if settles in values:
            return {}
        return self._of_all([part for part, value in zip(node.of, values, strict=True) if value is None], member)

    def _of_all(self, nodes: Sequence[Node], member: int) -> Missing:
        found: Missing = {}
        for node in nodes:
            found |= self.blame(node, member)
        return found

    def _of_definition(self, node: Ref, member: int) -> Missing:
        if self.value(node, member) is not None:
            return {}
        key = (node.definition, member)
        if key not in self.blamed:
            self.blamed[key] = self.blame(self.definition(node.definition).node, member)
        return self.blamed[key]

    def _of_case(self, node: Case, member: int) -> Missing:
        for when, then in node.branches:
            test = self.value(when, member)
            if test is None:
                return self.blame(when, member)
            if test:
                return self.blame(then, member)
        return self.blame(node.default, member)

    def _of_aggregate(self, node: Aggregate, member: int) -> Missing:
        if self.value(node, member) is not None:
            return {}
        found: Missing = {}
        for i in range(len(self.members)):
            counts = self.value(self.rulebook.members, i)
            if counts is not False:
                found |= self.blame(self.rulebook.members, i)
                if node.of is not None:
                    found |= self.blame(node.of, i)
        return found

    def definition(self, name: str) -> Definition:
        """The definition of a name."""
        return next(definition for definition in self.rulebook.definitions if definition.name == name)


def compare(op: Comparison, left: Value, right: Value) -> Value:
    """The comparison, unknown if a side is."""
    if left is None or right is None:
        return None
    match op:
        case Comparison.EQ:
            return left == right
        case Comparison.NE:
            return left != right
        case Comparison.LT:
            return left < right
        case Comparison.LE:
            return left <= right
        case Comparison.GT:
            return left > right
        case Comparison.GE:
            return left >= right


def arithmetic(op: Arithmetic, left: Value, right: Value) -> Value:
    """Sum, difference or product, unknown if a side is."""
    if left is None or right is None:
        return None
    return left + right if op is Arithmetic.ADD else left - right if op is Arithmetic.SUB else left * right
