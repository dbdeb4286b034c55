"""A rulebook as steps that share equal work: each distinct expanded expression becomes one step with one number.

Definitions are expanded and parameters are constants, so the number stands for what is computed, not for what it is called:
a changed definition or parameter yields another number, an untouched expression keeps its own. A what-if therefore reuses
every result whose number it already has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from songhe.engines.policy.rulebook import Benefit, Rulebook, UnknownMate
from songhe.engines.policy.tree import (
    Aggregate,
    AggregateKind,
    And,
    Arith,
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


class Level(IntEnum):
    """What a step has one value for: each household, or each person."""

    HOUSEHOLD = 0
    PERSON = 1


@dataclass(frozen=True, slots=True)
class Step:
    """`op` names the operation, `args` its constants, `inputs` the numbers of the steps it reads."""

    op: str
    args: tuple[object, ...]
    inputs: tuple[int, ...]
    level: Level


@dataclass
class Steps:
    """All steps of one session, each once. Lists only grow, so numbers stay valid."""

    steps: list[Step] = field(default_factory=list)
    numbers: dict[Step, int] = field(default_factory=dict)

    def add(self, op: str, args: tuple[object, ...], inputs: tuple[int, ...], level: Level) -> int:
        step = Step(op, args, inputs, level)
        number = self.numbers.get(step)
        if number is None:
            number = self.numbers[step] = len(self.steps)
            self.steps.append(step)
        return number


_FLIPPED = {
    Comparison.LT: Comparison.GT,
    Comparison.LE: Comparison.GE,
    Comparison.GT: Comparison.LT,
    Comparison.GE: Comparison.LE,
}


class Expander:
    """Turns the expressions of one rulebook into steps."""

    def __init__(self, steps: Steps, rulebook: Rulebook) -> None:
        self.steps = steps
        self.definitions: Mapping[str, Node] = {d.name: d.node for d in rulebook.definitions}
        self._seen: dict[tuple[str, Level], int] = {}
        self.members = self.person_truth(rulebook.members)

    def person_truth(self, node: Node) -> int:
        """The number of a step that gives a bool for each person."""
        return self.raise_truth(self.truth(node), Level.PERSON)

    def raise_truth(self, number: int, level: Level) -> int:
        if level is Level.PERSON and self.steps.steps[number].level is Level.HOUSEHOLD:
            return self.steps.add("spread", (), (number,), Level.PERSON)
        return number

    def truth(self, node: Node) -> int:
        """A bool step, at the household level where every part of it is."""
        match node:
            case Const():
                return self.steps.add("bool", (bool(node.value),), (), Level.HOUSEHOLD)
            case Column():
                return self.steps.add("bool_column", (node.name,), (), Level.HOUSEHOLD if node.household else Level.PERSON)
            case Ref():
                return self._once(node.definition)
            case Not():
                inner = self.truth(node.of)
                return self.steps.add("not", (), (inner,), self.steps.steps[inner].level)
            case And() | Or():
                return self._junction("and" if isinstance(node, And) else "or", [self.truth(part) for part in node.of])
            case Aggregate():
                return self._bool_aggregate(node)
            case Compare():
                return self._compare(node)
            case In():
                level = self.level(node.of)
                return self.steps.add("in", tuple(sorted(set(node.values))), (self.value(node.of, level),), level)
            case Case():
                return self._bool_case(node)
            case Known():
                return self._known(node)
            case OrElse():
                inner = self.truth(node.of)
                return self.steps.add("bool_or_else", (bool(node.default.value),), (inner,), self.steps.steps[inner].level)
        raise TypeError(f"not a bool: {node!r}")

    def value(self, node: Node, level: Level) -> int:
        """A number step, with a value for each household or person."""
        add = self.steps.add
        match node:
            case Const():
                return add("int", (int(node.value),), (), level)
            case Column():
                return add("column", (node.name, node.household), (), level)
            case Ref():
                return self.value(self.definitions[node.definition], level)
            case Aggregate():
                return self._number_aggregate(node, level)
            case Arith():
                return add("arith", (node.op.value,), (self.value(node.left, level), self.value(node.right, level)), level)
            case Case():
                inputs: list[int] = []
                for when, then in node.branches:
                    inputs += [self.raise_truth(self.truth(when), level), self.value(then, level)]
                return add("case", (), (*inputs, self.value(node.default, level)), level)
            case OrElse():
                return add("or_else", (int(node.default.value),), (self.value(node.of, level),), level)
            case Share():
                args = (node.numerator, node.denominator, node.rounding.value)
                return add("share", args, (self.value(node.of, level),), level)
        raise TypeError(f"not a number: {node!r}")

    def level(self, node: Node) -> Level:
        """The lowest level at which a number (or bool) can be computed."""
        match node:
            case Const():
                return Level.HOUSEHOLD
            case Column():
                return Level.HOUSEHOLD if node.household else Level.PERSON
            case Ref():
                return self.level(self.definitions[node.definition])
            case Aggregate():
                return Level.PERSON if node.kind in (AggregateKind.ALL, AggregateKind.ANY) else Level.HOUSEHOLD
            case Arith() | Compare():
                return max(self.level(node.left), self.level(node.right))
            case Case():
                return max([self.level(part) for branch in node.branches for part in branch] + [self.level(node.default)])
            case And() | Or():
                return max(self.level(part) for part in node.of)
            case Not() | In() | Known() | OrElse() | Share():
                return self.level(node.of)
        raise TypeError(f"unknown node: {node!r}")

    def _once(self, definition: str) -> int:
        key = (definition, Level.HOUSEHOLD)
        if key not in self._seen:
            self._seen[key] = self.truth(self.definitions[definition])
        return self._seen[key]

    def _junction(self, op: str, parts: list[int]) -> int:
        if not parts:
            return self.steps.add("bool", (op == "and",), (), Level.HOUSEHOLD)
        level = max(self.steps.steps[part].level for part in parts)
        inputs = tuple(dict.fromkeys(self.raise_truth(part, level) for part in parts))
        return inputs[0] if len(inputs) == 1 else self.steps.add(op, (), inputs, level)

    def _bool_aggregate(self, node: Aggregate) -> int:
        assert node.of is not None
        op = "hh_all" if node.kind is AggregateKind.ALL else "hh_any"
        return self.steps.add(op, (), (self.members, self.person_truth(node.of)), Level.PERSON)

    def _number_aggregate(self, node: Aggregate, level: Level) -> int:
        inputs: tuple[int, ...] = (self.members,)
        if node.kind is AggregateKind.COUNT and node.of is not None:
            inputs += (self.person_truth(node.of),)
        elif node.of is not None:
            inputs += (self.value(node.of, Level.PERSON),)
        number = self.steps.add(f"hh_{node.kind.value}", (), inputs, Level.HOUSEHOLD)
        return number if level is Level.HOUSEHOLD else self.steps.add("repeat", (), (number,), Level.PERSON)

    def _compare(self, node: Compare) -> int:
        if node.left.type is Type.BOOL:
            level = max(self.level(node.left), self.level(node.right))
            sides = tuple(self.raise_truth(self.truth(side), level) for side in (node.left, node.right))
            return self.steps.add("same", (node.op is Comparison.EQ,), sides, level)
        op, left, right = node.op, node.left, node.right
        if isinstance(left, Const) and not isinstance(right, Const):
            op, left, right = _FLIPPED.get(op, op), right, left
        level = max(self.level(left), self.level(right))
        return self.steps.add("compare", (op.value,), (self.value(left, level), self.value(right, level)), level)

    def _bool_case(self, node: Case) -> int:
        parts = [self.truth(part) for branch in node.branches for part in branch] + [self.truth(node.default)]
        level = max(self.steps.steps[part].level for part in parts)
        return self.steps.add("bool_case", (), tuple(self.raise_truth(part, level) for part in parts), level)

    def _known(self, node: Known) -> int:
        if node.of.type is Type.BOOL:
            inner = self.truth(node.of)
            return self.steps.add("known_bool", (), (inner,), self.steps.steps[inner].level)
        level = self.level(node.of)
        return self.steps.add("known", (), (self.value(node.of, level),), level)


@dataclass(frozen=True, slots=True)
class Standing:
    """One benefit within its component. `amount` is None for a benefit in kind; `eligible` is None when not in force."""

    index: int
    eligible: int | None
    amount: int | None
    first_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """An exclusive group; `among` are places in the component."""

    highest: bool
    hold: bool
    among: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CapPlan:
    """A cap; `total` is a value step, `among` are places in the component."""

    total: int
    hold: bool
    among: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """Benefits that can change one another through groups and caps; equal `key`s over equal facts give equal answers."""

    benefits: tuple[Standing, ...]
    groups: tuple[GroupPlan, ...]
    caps: tuple[CapPlan, ...]

    @property
    def key(self) -> tuple[object, ...]:
        return (tuple((b.eligible, b.amount, b.first_by) for b in self.benefits), self.groups, self.caps)

    @property
    def alone(self) -> bool:
        return not self.groups and not self.caps and not self.benefits[0].first_by


@dataclass(frozen=True, slots=True)
class Plan:
    """A rulebook ready to run. `conditions` is by bit, not yet cut to the people the pack speaks of."""

    applies: int
    conditions: tuple[int, ...]
    components: tuple[Component, ...]
    benefit_count: int


def plan(rulebook: Rulebook, steps: Steps) -> Plan:
    """The steps of a rulebook, added to those already known."""
    expander = Expander(steps, rulebook)
    applies = expander.person_truth(rulebook.applies_to)
    conditions = [-1] * rulebook.condition_count
    standings: list[Standing] = []
    for benefit in rulebook.benefits:
        numbers = [expander.person_truth(condition.node) for condition in benefit.conditions]
        for condition, number in zip(benefit.conditions, numbers, strict=True):
            conditions[condition.bit] = number
        standings.append(_standing(expander, benefit, tuple(dict.fromkeys([applies, *numbers]))))
    if -1 in conditions:
        raise ValueError(f"rulebook {rulebook.pack}: condition bit {conditions.index(-1)} belongs to no condition")
    return Plan(applies, tuple(conditions), _components(expander, rulebook, standings), len(standings))


def _standing(expander: Expander, benefit: Benefit, parts: tuple[int, ...]) -> Standing:
    if not benefit.in_force:
        return Standing(benefit.index, None, None, ())
    eligible = parts[0] if len(parts) == 1 else expander.steps.add("and", (), parts, Level.PERSON)
    amount = None if benefit.amount is None else expander.value(benefit.amount, Level.PERSON)
    return Standing(benefit.index, eligible, amount, benefit.first_by)


def _components(expander: Expander, rulebook: Rulebook, standings: list[Standing]) -> tuple[Component, ...]:
    home = list(range(len(standings)))
    for among in [group.among for group in rulebook.groups] + [cap.among for cap in rulebook.caps]:
        for other in among[1:]:
            old, new = home[other], home[among[0]]
            home = [new if place == old else place for place in home]
    components = []
    for root in dict.fromkeys(home):
        members = [index for index, place in enumerate(home) if place == root]
        place = {index: k for k, index in enumerate(members)}
        groups = tuple(
            GroupPlan(g.keep == "highest", g.unknown_mate == UnknownMate.HOLD, tuple(place[i] for i in g.among))
            for g in rulebook.groups
            if g.among and home[g.among[0]] == root
        )
        caps = tuple(
            CapPlan(expander.value(c.total, Level.PERSON), c.unknown_mate == UnknownMate.HOLD, tuple(place[i] for i in c.among))
            for c in rulebook.caps
            if c.among and home[c.among[0]] == root
        )
        components.append(Component(tuple(standings[i] for i in members), groups, caps))
    return tuple(components)
